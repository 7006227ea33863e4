"""The figures of a whole deployment: those of every process that serves, added up.

A count is the sum over the processes, each since it began; a percentile is told within `times.RELATIVE_ERROR`, of each
process's latest calls. Where processes differ about a state, it is said how many are in which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from channels.measured.summary import Calls, Circuit, Summary

CIRCUITS = ("OPEN", "HALF_OPEN", "CLOSED")  # the worst first, as the next line
AVAILABILITIES = ("DOWN", "DEGRADED", "UP", "UNKNOWN")


@dataclass(frozen=True, slots=True)
class Spread:
    """In which state how many processes see something: (state, processes), the worst first, at least one.

    `since`: when the first of them came to the worst; None where that is not known.
    """

    states: tuple[tuple[str, int], ...]
    since: datetime | None = None

    @classmethod
    def of(cls, states: Iterable[str], order: Sequence[str]) -> Spread | None:
        """None without any state; one that `order` does not know is left out."""
        held = tuple(states)
        found = tuple((state, held.count(state)) for state in order if state in held)
        return cls(found) if found else None

    @property
    def worst(self) -> str:
        """The worst state that any process sees."""
        return self.states[0][0]

    @property
    def processes(self) -> int:
        """How many see it at all."""
        return sum(n for _, n in self.states)


@dataclass(frozen=True, slots=True)
class Figures:
    """`summaries`: of the process that asks, then of the others.  `alone`: the others' cannot be had."""

    summaries: tuple[Summary, ...]
    alone: bool = False

    @property
    def processes(self) -> int:
        """How many are added up."""
        return len(self.summaries)

    def availability(self, city: str) -> Spread | None:
        """How the processes see the city; None where none serves it."""
        held = [summary.cities[city].availability for summary in self.summaries if city in summary.cities]
        return Spread.of((one.value for one in held), AVAILABILITIES)

    def breaker(self, city: str, backend: str) -> Spread | None:
        """The breaker of a backend in the processes; None without one."""
        return _spread([found[backend]] for found in self._circuits(city) if backend in found)

    def breakers(self, city: str) -> Spread | None:
        """The worst breaker of the city in each process; None without any."""
        return _spread(list(found.values()) for found in self._circuits(city))

    def calls(self, city: str) -> Mapping[str, Calls]:
        """The city's calls by operation, in the order of their names."""
        known = [summary.cities[city].calls for summary in self.summaries if city in summary.cities]
        names = sorted({name for calls in known for name in calls})
        return {name: Calls.added(calls[name] for calls in known if name in calls) for name in names}

    def _circuits(self, city: str) -> list[Mapping[str, Circuit]]:
        return [summary.cities[city].circuits for summary in self.summaries if city in summary.cities]


def _spread(processes: Iterable[Sequence[Circuit]]) -> Spread | None:
    """Of each process's breakers the worst."""
    found = [min(one, key=_rank) for one in processes if one]
    spread = Spread.of((circuit.state for circuit in found), CIRCUITS)
    if spread is None:
        return None
    since = [circuit.since for circuit in found if circuit.state == spread.worst and circuit.since is not None]
    return Spread(spread.states, min(since, default=None))


def _rank(circuit: Circuit) -> int:
    return CIRCUITS.index(circuit.state) if circuit.state in CIRCUITS else len(CIRCUITS)


__all__ = ["Figures", "Spread"]
