"""`statistics.csv`: dated facts with a source, as published.  Contradictory ones stand side by side; none is summed."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from channels.diagnostics import Diagnostic, Place, report
from channels.lines import SourceText

COLUMNS = ("scope", "name", "qualifier", "value", "unit", "as_of", "source")


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
    found: list[Diagnostic] = []
    rows = csv.DictReader(source.lines)
    if missing := [column for column in COLUMNS if column not in (rows.fieldnames or ())]:
        return MappingProxyType({}), [report("header", Place(source.path, 1, 1), columns=missing)]
    for number, row in enumerate(rows, 2):
        try:
            value = Decimal(row["value"] or "")
            complete = value.is_finite() and all(row[column] is not None for column in COLUMNS)
        except InvalidOperation:
            complete = False
        if not complete:
            column = {"zh": "value", "en": "value"}
            at = Place(source.path, number, 1)
            found.append(
                report("row_value", at, row=number, column=column, found=row["value"] or "", choices=("12.5",))
            )
            continue
        fact = Statistic(row["name"], row["qualifier"] or None, value, row["unit"], row["as_of"], row["source"])
        facts.setdefault(row["scope"], []).append(fact)
    return MappingProxyType({code: tuple(rows) for code, rows in facts.items()}), found
