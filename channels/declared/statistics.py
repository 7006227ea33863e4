"""`statistics.csv`: dated facts with a source, as published.  Contradictory ones stand side by side; none is summed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from channels.answer import Bilingual
from channels.text.diagnostics import Diagnostic, report
from channels.text.lines import SourceText
from channels.text.table import Row, read_table, refused

COLUMNS = ("scope", "name", "qualifier", "value", "unit", "as_of", "source")
_WORDS = {"name": "注册用户", "unit": "人", "source": "2023 年统计公报"}
_CODE = re.compile(r"[0-9]{6}")
_VALUE = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}")


@dataclass(frozen=True, slots=True)
class Statistic:
    """One published figure.  `as_of`: as published, a year alone allowed; `qualifier`: over, about, or None."""

    name: str
    qualifier: str | None
    value: Decimal
    unit: str
    as_of: str
    source: str


Statistics = Mapping[str, tuple[Statistic, ...]]
"""Facts by city code, in the order of the file."""


def read_statistics(source: SourceText) -> tuple[Statistics, list[Diagnostic]]:
    """Return: the facts by city code, and a refusal for each row that holds none."""
    facts: dict[str, list[Statistic]] = {}
    rows, found = read_table(source, COLUMNS)
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        refusal = _refusal(row)
        if refusal is None and (first := seen.setdefault(tuple(row[name] for name in COLUMNS), row.line)) != row.line:
            refusal = report("fact_twice", row.place("scope"), line=first)
        if refusal is not None:
            found.append(refusal)
            continue
        qualifier, value = row["qualifier"] or None, Decimal(row["value"])
        fact = Statistic(row["name"], qualifier, value, row["unit"], row["as_of"], row["source"])
        facts.setdefault(row["scope"], []).append(fact)
    return MappingProxyType({code: tuple(rows) for code, rows in facts.items()}), found


def _refusal(row: Row) -> Diagnostic | None:
    """The first cell that does not hold; only `qualifier` may be blank."""
    if not _CODE.fullmatch(row["scope"]):
        return refused(row, Bilingual("scope", "scope"), row.line, ("510600",))
    if not _VALUE.fullmatch(row["value"]):
        return refused(row, Bilingual("value", "value"), row.line, ("12.5",))
    if not _is_day(row["as_of"]):
        return refused(row, Bilingual("as_of", "as_of"), row.line, ("2026-11-30", "2026-11", "2026"))
    blank = next((column for column in _WORDS if not row[column]), None)
    return refused(row, Bilingual(blank, blank), row.line, (_WORDS[blank],)) if blank else None


def _is_day(text: str) -> bool:
    """A day, a month or a year."""
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(f"{text}-01-01"[:10]))
    except ValueError:
        return False
