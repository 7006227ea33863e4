"""What one process knows of the cities at a moment, small enough to be told to the others; and what several know together.

Nothing of a citizen is in it: the names of cities, backends and operations, outcomes, counts, times, and the state of breakers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from channels.counted import BAD, NEUTRAL
from channels.measured.times import Times
from schema.codes import Availability


class NoSummary(ValueError):
    """The text is none that this version can read."""


@dataclass(frozen=True, slots=True)
class Calls:
    """`outcomes`: how often a call ended how, since the process began.  `times`: of the latest calls that were made."""

    outcomes: Mapping[str, int] = field(default_factory=dict)
    times: Times = field(default_factory=Times)

    @classmethod
    def added(cls, several: Iterable[Calls]) -> Calls:
        """Of several operations, or of one in several processes."""
        found: Counter[str] = Counter()
        held = tuple(several)
        for calls in held:
            found.update(calls.outcomes)
        return cls(dict(sorted(found.items())), Times.added(calls.times for calls in held))

    @property
    def total(self) -> int:
        """All that ended, whatever they say of the city."""
        return sum(self.outcomes.values())

    @property
    def failed(self) -> float | None:
        """The share of failed calls, from 0 to 1, declared maintenance left out; None without a call that counts."""
        asked = sum(n for outcome, n in self.outcomes.items() if outcome not in NEUTRAL)
        return sum(n for outcome, n in self.outcomes.items() if outcome in BAD) / asked if asked else None


@dataclass(frozen=True, slots=True)
class Circuit:
    """One backend's breaker: its state by name, and since when; None where it has never changed."""

    state: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """One city as one process knows it: circuits by backend, of those that declare a breaker; calls by operation."""

    availability: Availability
    circuits: Mapping[str, Circuit] = field(default_factory=dict)
    calls: Mapping[str, Calls] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """One process's cities, by slug."""

    cities: Mapping[str, Known]

    def text(self) -> str:
        """As it is kept: JSON, the same text for the same figures."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def read(cls, text: str) -> Summary:
        """Raises: NoSummary."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.MsgspecError as error:
            raise NoSummary(f"a process's summary cannot be read: {error}") from error


__all__ = ["Calls", "Circuit", "Known", "NoSummary", "Summary"]
