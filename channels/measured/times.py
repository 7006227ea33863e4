"""How long calls took, as counts by class of time: small to keep, and those of several processes add up.

A class ends GROWTH times as high as it begins, and stands for the one time that is off by the same share from both of its ends.
A percentile of added counts is therefore that of all their calls together, told within RELATIVE_ERROR: with 0.02, a call that
took 100 ms is told as 98 to 102.  Adding loses nothing more.  Calls of less than LEAST_SECONDS count as LEAST_SECONDS.

Source: Masson, Rim, Lee: DDSketch, VLDB 2019, §2.1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, log
from typing import Final

RELATIVE_ERROR: Final = 0.02
GROWTH: Final = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
LEAST_SECONDS: Final = 0.0001
_CLASSES_PER_E: Final = 1 / log(GROWTH)


@dataclass(frozen=True, slots=True)
class Times:
    """`counts`: (class, calls) in the order of the classes; class n ends at GROWTH ** n seconds."""

    counts: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Times:
        """The counts of calls that took so long."""
        return cls._ordered(Counter(ceil(log(max(each, LEAST_SECONDS)) * _CLASSES_PER_E) for each in seconds))

    @classmethod
    def added(cls, several: Iterable[Times]) -> Times:
        """The counts of all their calls."""
        found: Counter[int] = Counter()
        for times in several:
            for number, calls in times.counts:
                found[number] += calls
        return cls._ordered(found)

    @classmethod
    def _ordered(cls, found: Counter[int]) -> Times:
        return cls(tuple(sorted(found.items())))

    @property
    def calls(self) -> int:
        """How many there are."""
        return sum(calls for _, calls in self.counts)

    def percentile_ms(self, percent: int) -> float | None:
        """The time, in milliseconds, within which this share of the calls ended (nearest rank); None without calls."""
        rank = -(-self.calls * percent // 100)
        for number, calls in self.counts:
            rank -= calls
            if rank <= 0:
                return 2 * GROWTH**number / (GROWTH + 1) * 1000
        return None


__all__ = ["RELATIVE_ERROR", "Times"]
