"""How each city has been answering lately: UP, DEGRADED, DOWN, or UNKNOWN before the first call.

A refusal (not linked, not found, a rejected request) is an answer; only a city that cannot be reached, does not answer in
time or breaks its contract counts against it.  What the gateway itself refuses says nothing about the city.  A city is at
best DEGRADED while the circuit of one of its backends is open.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

from channels.answer import Answer, Failure
from channels.calls.breaker import Breaker, State
from schema.codes import Availability, ErrorCode

WINDOW_CALLS: Final = 20
WINDOW_SECONDS: Final = 120.0
DOWN_IN_A_ROW: Final = 3
DOWN_SHARE: Final = 0.5
DEGRADED_SHARE: Final = 0.1
BACKLOG: Final = 64

_BAD = frozenset(
    {
        ErrorCode.BACKEND_UNREACHABLE,
        ErrorCode.BACKEND_TIMEOUT,
        ErrorCode.BACKEND_CONTRACT_BROKEN,
        ErrorCode.OUTCOME_UNKNOWN,
        ErrorCode.CHANNEL_PAUSED,
    }
)
_NEUTRAL = frozenset(
    {
        ErrorCode.BACKEND_CIRCUIT_OPEN,
        ErrorCode.RATE_LIMITED,
        ErrorCode.INVALID_INPUT,
        ErrorCode.INTERNAL,
        ErrorCode.NOT_OFFERED,
    }
)


@dataclass(frozen=True, slots=True)
class _Outcome:
    at: float
    good: bool
    reached: bool


class Health:
    """Recent outcomes by city slug.  `now` is loop time in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._recent: dict[str, deque[_Outcome]] = {}
        self._last: dict[str, Availability] = {}
        self._breakers: dict[str, tuple[Breaker, ...]] = {}
        self._listeners: set[asyncio.Queue[tuple[str, Availability]]] = set()

    def watch(self, city: str, breakers: tuple[Breaker, ...]) -> None:
        """The breakers of the city's backends from now on."""
        self._breakers[city] = breakers

    def note(self, city: str, answer: Answer) -> None:
        """Count one answer."""
        if not isinstance(answer, Failure):
            self.record(city, good=True)
        elif answer.code not in _NEUTRAL:
            reached = answer.code is not ErrorCode.BACKEND_UNREACHABLE
            self.record(city, good=answer.code not in _BAD, reached=reached)

    def probed(self, city: str, *, reached: bool) -> None:
        """Count a probe.  That something listens is news only where nothing is known, or nothing listened before."""
        last = self._recent[city][-1] if self._recent.get(city) else None
        if not reached or self.of(city) is Availability.UNKNOWN or (last is not None and not last.reached):
            self.record(city, good=reached, reached=reached)
        else:
            self.look(city)

    def record(self, city: str, *, good: bool, reached: bool = True) -> None:
        """Count one outcome and tell the listeners when it changes the city's state."""
        self._recent.setdefault(city, deque(maxlen=WINDOW_CALLS)).append(_Outcome(self._now(), good, reached))
        self.look(city)

    def look(self, city: str) -> None:
        """Tell the listeners when the city's state is another one than before."""
        state = self.of(city)
        if state != self._last.get(city, Availability.UNKNOWN):
            self._last[city] = state
            self._tell(city, state)

    def of(self, city: str) -> Availability:
        """Return: the state now.  Outcomes older than the window do not count."""
        state = self._by_outcomes(city)
        suspended = any(breaker.state is State.OPEN for breaker in self._breakers.get(city, ()))
        return Availability.DEGRADED if suspended and state is not Availability.DOWN else state

    def _by_outcomes(self, city: str) -> Availability:
        since = self._now() - WINDOW_SECONDS
        outcomes = [outcome.good for outcome in self._recent.get(city, ()) if outcome.at >= since]
        if not outcomes:
            return Availability.UNKNOWN
        bad = outcomes.count(False) / len(outcomes)
        if not outcomes[-1] and (bad > DOWN_SHARE or not any(outcomes[-DOWN_IN_A_ROW:])):
            return Availability.DOWN
        return Availability.DEGRADED if bad >= DEGRADED_SHARE else Availability.UP

    async def subscribe(self) -> AsyncIterator[tuple[str, Availability]]:
        """Yield: (city slug, new state) at each change, from now on.  A slow listener loses the oldest changes."""
        queue: asyncio.Queue[tuple[str, Availability]] = asyncio.Queue(BACKLOG)
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)

    def _tell(self, city: str, state: Availability) -> None:
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait((city, state))
