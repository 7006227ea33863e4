"""Usage between cities over a period, counted from the ledger.

How it is counted: every record is a call, except one that settles an earlier mutation. `asked` are the calls that reached a city:
neither DENIED nor given from the gateway's cache; latency is theirs alone. `unknown` counts as it was at the time; `settled` says
how many were found out in the period. A fee is due for each answer OK that a city gave itself.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any

from channels.declared.agreements import Agreement
from storage.errors import translated
from storage.plain import reader

from .ledger import FROM_CACHE, SETTLED, Outcome, microseconds

AT_ONCE = 2_000
QUERY = (
    "SELECT home, visited, operation, agreement, outcome, code, latency_ms, subject, call FROM ledger"
    " WHERE at >= ? AND at < ? ORDER BY sequence"
)
FORMS = "2026, 2026-Q4, 2026-11, 2026-11-30, or 2026-11-01..2026-11-30"


class BadPeriod(ValueError):
    """Not a period; the text shows the forms."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first} .. {self.last}"

    def micros(self, zone: tzinfo) -> tuple[int, int]:
        """From and until (not included), in microseconds since 1970, of days in `zone`."""
        begin, end = (datetime.combine(d, time(), zone) for d in (self.first, self.last + timedelta(days=1)))
        return microseconds(begin), microseconds(end)


def period(text: str) -> Period:
    """Read a period. Raises BadPeriod."""
    try:
        return _period(text)
    except ValueError:  # a 13th month, a 31st of June
        raise BadPeriod(f"{text!r} is no period; write {FORMS}") from None


def _period(text: str) -> Period:
    first, dots, last = text.partition("..")
    if dots:
        span = Period(_period(first).first, _period(last).last)
        if span.last < span.first:
            raise ValueError(text)
        return span
    if found := re.fullmatch(r"(\d{4})", text):
        return _months(int(found[1]), 1, 12)
    if found := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        return _months(int(found[1]), int(found[2]) * 3 - 2, 3)
    if found := re.fullmatch(r"(\d{4})-(\d{2})", text):
        return _months(int(found[1]), int(found[2]), 1)
    day = date.fromisoformat(text)
    return Period(day, day)


def _months(year: int, month: int, count: int) -> Period:
    first = date(year, month, 1)
    return Period(first, (first + timedelta(days=31 * count)).replace(day=1) - timedelta(days=1))


@dataclass(slots=True)
class Count:
    """The calls of one kind, as they are counted."""

    outcomes: Counter[str] = field(default_factory=Counter)
    cached: int = 0
    settled: int = 0
    subjects: set[str] = field(default_factory=set)
    latencies: Counter[int] = field(default_factory=Counter)

    def add(self, outcome: str, code: str | None, latency: int, subject: str, call: str) -> None:
        self.subjects.add(subject)
        if call.endswith(SETTLED):
            self.settled += 1
            return
        self.outcomes[outcome] += 1
        if code == FROM_CACHE:
            self.cached += 1
        elif outcome != Outcome.DENIED:
            self.latencies[latency] += 1

    @property
    def calls(self) -> int:
        return self.outcomes.total()

    @property
    def asked(self) -> int:
        return self.latencies.total()

    @property
    def citizens(self) -> int:
        return len(self.subjects)

    def latency(self, share: float) -> int | None:
        """The milliseconds within which `share` of the calls were answered; None where none was made."""
        rank = max(1, -int(-share * self.asked // 1))
        for milliseconds, count in sorted(self.latencies.items()):
            rank -= count
            if rank <= 0:
                return milliseconds
        return None


@dataclass(frozen=True, slots=True)
class Fee:
    """What is due from the home city to the visited one under an agreement, in yuan."""

    agreement: str
    home: str
    visited: str
    answers: int
    per_call: Decimal
    settlement: str | None

    @property
    def amount(self) -> Decimal:
        return self.per_call * self.answers


@dataclass(frozen=True, slots=True)
class Report:
    """`pairs` by (home, visited) and `groups` by (home, visited, group of operations), in order of the codes."""

    period: Period
    pairs: dict[tuple[str, str], Count]
    groups: dict[tuple[str, str, str], Count]
    fees: tuple[Fee, ...]

    @property
    def cities(self) -> list[str]:
        return sorted({city for pair in self.pairs for city in pair})


def report(path: Path, span: Period, zone: tzinfo, agreements: Iterable[Agreement] = ()) -> Report:
    """Count one period. Raises StorageError: there is no ledger, or it cannot be read."""
    pairs: dict[tuple[str, str], Count] = defaultdict(Count)
    groups: dict[tuple[str, str, str], Count] = defaultdict(Count)
    answers: Counter[tuple[str, str, str]] = Counter()
    for home, visited, operation, agreement, *rest in rows(path, *span.micros(zone)):
        pairs[home, visited].add(*rest)
        groups[home, visited, operation.partition(".")[0]].add(*rest)
        if agreement and rest[0] == Outcome.OK and rest[1] != FROM_CACHE:
            answers[agreement, home, visited] += 1
    return Report(span, dict(sorted(pairs.items())), dict(sorted(groups.items())), fees(answers, agreements))


def rows(path: Path, since: int, until: int) -> Iterator[Sequence[Any]]:
    """The records of a span of time, as QUERY selects them."""
    with reader(path) as connection, translated(path):
        cursor = connection.execute(QUERY, (since, until))
        while found := cursor.fetchmany(AT_ONCE):
            yield from found


def fees(answers: Counter[tuple[str, str, str]], agreements: Iterable[Agreement]) -> tuple[Fee, ...]:
    """What the agreements that declare a fee come to."""
    declared = {each.id: each.fee for each in agreements if each.fee is not None}
    return tuple(
        Fee(agreement, home, visited, count, fee.per_call, fee.settlement)
        for (agreement, home, visited), count in sorted(answers.items())
        if (fee := declared.get(agreement)) is not None
    )
