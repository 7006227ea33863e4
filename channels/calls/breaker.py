"""A circuit breaker: a backend that keeps failing is left alone for a while, and then asked by one call at a time.

CLOSED: every call goes.  Of the last `window` results at least `failure_rate` were failures, and the newest is one: OPEN.
OPEN: no call goes, for `open`.  Then HALF_OPEN: one call goes as the trial, others wait a moment for its verdict.  Good:
CLOSED with an empty window; bad: OPEN again; without a verdict (given up, or nothing that counts) the next call is the trial.
A result counts only in the state in which its call began.

A call is counted once, whatever was repeated in it.  A backend fails that cannot be reached, does not answer in time, says
5xx, answers what cannot be read, or refuses with what no row of `errors` explains.  A refusal that is explained, and any
other 4xx, is an answer.  Rows that break the mapping are not the breaker's business: the backend answered, and what it
means is the channel's to say.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Final, TypeAlias

from channels.answer import Failure
from channels.declared.models import Breaker as Rule
from schema.codes import ErrorCode

PATIENCE_SECONDS: Final = 0.5  # how long a call waits for the verdict of another's trial
_FAILING = frozenset(
    {
        ErrorCode.BACKEND_UNREACHABLE,
        ErrorCode.BACKEND_TIMEOUT,
        ErrorCode.BACKEND_CONTRACT_BROKEN,
        ErrorCode.BACKEND_CIRCUIT_OPEN,
        ErrorCode.OUTCOME_UNKNOWN,
    }
)
_SAYS_NOTHING = frozenset({ErrorCode.RATE_LIMITED, ErrorCode.CHANNEL_PAUSED})


class State(StrEnum):
    """As the console shows it."""

    CLOSED = "CLOSED"
    OPEN = "OPEN"
    HALF_OPEN = "HALF_OPEN"


@dataclass(frozen=True, slots=True)
class Change:
    """The breaker is in another state now, because `failed` of the last `calls` failed."""

    state: State
    failed: int
    calls: int


Told: TypeAlias = Callable[[Change], None]


class CircuitOpen(Exception):
    """The call may not go; nothing was sent.  `retry_after` is in whole seconds, at least 1."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("calls are suspended after repeated failure")
        self.retry_after = retry_after


class Breaker:
    """The breaker of one backend.  `now` is a clock in seconds; `told` hears each change after it was made."""

    def __init__(
        self, rule: Rule, now: Callable[[], float], told: Told, *, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._rule, self._now, self._told, self._patience = rule, now, told, patience_seconds
        self._state = State.CLOSED
        self._failures: deque[bool] = deque(maxlen=rule.window)  # newest last
        self._failed = 0
        self._until = 0.0
        self._generation = 0  # another with every state, and with every trial
        self._trial: asyncio.Future[None] | None = None

    @property
    def state(self) -> State:
        """The state now.  HALF_OPEN begins when `open` is over, before the first call comes."""
        return State.HALF_OPEN if self._state is State.OPEN and not self.seconds_left() else self._state

    def seconds_left(self) -> int:
        """Return: whole seconds, rounded up, for which no call goes; 0 where one may."""
        return max(0, ceil(self._until - self._now())) if self._state is State.OPEN else 0

    async def enter(self, deadline: float) -> int:
        """Return: what `leave` must be given.  `deadline` is loop time.  Raises: CircuitOpen."""
        if self._state is State.CLOSED:
            return self._generation
        return await self._entered(deadline)

    async def _entered(self, deadline: float) -> int:
        patience = min(deadline, asyncio.get_running_loop().time() + self._patience)
        while self._state is not State.CLOSED:
            if left := self.seconds_left():
                raise CircuitOpen(left)
            if self._trial is None:
                return self._try()
            try:
                async with asyncio.timeout_at(patience):
                    await asyncio.wait([self._trial])
            except TimeoutError:
                raise CircuitOpen(1) from None
        return self._generation

    def holds(self, generation: int) -> bool:
        """Return: whether a call of this generation may still go."""
        return generation == self._generation

    def leave(self, generation: int, good: bool | None) -> None:
        """Count the result of a call.  None: nothing that counts.  Every call that entered must leave."""
        if generation != self._generation:
            return
        if self._trial is not None:
            self._judge(self._trial, good)
        elif good is not None:
            self._count(not good)

    def _count(self, failed: bool) -> None:
        if len(self._failures) == self._rule.window:
            self._failed -= self._failures[0]
        self._failures.append(failed)
        self._failed += failed
        # A good answer never opens: a backend that has just come back is not sent away for what was before.
        full = len(self._failures) == self._rule.window
        if failed and full and self._failed / self._rule.window >= self._rule.failure_rate:
            self._open(self._failed, self._rule.window)

    def _open(self, failed: int, calls: int) -> None:
        self._until = self._now() + self._rule.open.total_seconds()
        self._turn(Change(State.OPEN, failed, calls))

    def _try(self) -> int:
        self._trial = asyncio.get_running_loop().create_future()
        self._generation += 1
        if self._state is not State.HALF_OPEN:
            self._state = State.HALF_OPEN
            self._told(Change(State.HALF_OPEN, 0, 0))
        return self._generation

    def _judge(self, trial: asyncio.Future[None], good: bool | None) -> None:
        self._trial = None
        if good:
            self._turn(Change(State.CLOSED, 0, 1))
        elif good is not None:
            self._open(1, 1)
        trial.set_result(None)

    def _turn(self, change: Change) -> None:
        self._failures.clear()
        self._failed = 0
        self._generation += 1
        self._state = change.state
        self._told(change)


def judged(failure: Failure, status: int) -> bool | None:
    """What a refusal of HTTP `status` says of the backend: True: it is well, False: it fails, None: nothing."""
    if failure.code in _FAILING:
        return False
    if failure.code in _SAYS_NOTHING:
        return None
    return failure.explained or 400 <= status < 500


class Passage:
    """One call's way through the breaker, if there is one.

    `good`: the verdict, as far as there is one.  `seconds`: what was left for the backend when the request went.
    """

    __slots__ = ("_breaker", "_generation", "good", "seconds")

    def __init__(self, breaker: Breaker | None) -> None:
        self._breaker, self._generation = breaker, -1
        self.good: bool | None = None
        self.seconds = 0.0

    async def enter(self, deadline: float) -> None:
        """Called each time before a request leaves.  Raises: CircuitOpen: it may not, or no longer."""
        if self._breaker is None or self._breaker.holds(self._generation):
            return
        if self._generation >= 0:
            raise CircuitOpen(max(1, self._breaker.seconds_left()))
        self._generation = await self._breaker.enter(deadline)

    def leave(self) -> None:
        """The call is over."""
        if self._breaker is not None and self._generation >= 0:
            self._breaker.leave(self._generation, self.good)
