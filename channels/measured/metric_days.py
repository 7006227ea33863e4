"""What the kept metrics say of a city over its last days: for the rules that only time can answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from channels.counted import BAD, NEUTRAL
from schema.codes import ErrorCode

SOAK_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Tally:
    """Calls of one hour (`2026-11-22T03`, Asia/Shanghai) with one outcome, and rows withheld in them."""

    hour: str
    operation: str
    outcome: str
    calls: int
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Soak:
    """A city's tallies of the last SOAK_DAYS whole days and today.  `missing`: whole days without a single call."""

    tallies: tuple[Tally, ...]
    missing: tuple[date, ...]

    @classmethod
    def of(cls, tallies: Iterable[Tally], today: date) -> Soak:
        """The window that ends with `today`."""
        days = [today - timedelta(days=back) for back in range(1, SOAK_DAYS + 1)]
        first = days[-1].isoformat()
        kept = tuple(tally for tally in tallies if tally.hour[:10] >= first)
        seen = {tally.hour[:10] for tally in kept if tally.calls}
        return cls(kept, tuple(day for day in reversed(days) if day.isoformat() not in seen))

    @property
    def measured(self) -> bool:
        """Was the city asked on each of the days?"""
        return not self.missing

    def availability(self) -> float | None:
        """The share of answered calls, declared maintenance left out; None without a call that counts."""
        calls = [tally for tally in self.tallies if tally.outcome not in NEUTRAL]
        asked = sum(tally.calls for tally in calls)
        return 1 - sum(tally.calls for tally in calls if tally.outcome in BAD) / asked if asked else None

    def broken(self) -> Mapping[str, int]:
        """Contract breaks and withheld rows, by operation."""
        found: dict[str, int] = {}
        for tally in self.tallies:
            broken = tally.calls if tally.outcome == ErrorCode.BACKEND_CONTRACT_BROKEN.value else 0
            if broken + tally.dropped:
                found[tally.operation] = found.get(tally.operation, 0) + broken + tally.dropped
        return found

    def bad_at_night(self, until_hour: int = 6) -> int:
        """Bad calls between midnight and `until_hour`."""
        return sum(t.calls for t in self.tallies if t.outcome in BAD and int(t.hour[11:13]) < until_hour)
