"""A circuit breaker: a backend that keeps failing is left alone for a while, and then asked by one call at a time.

CLOSED: every call goes.  Of the last `window` results at least `failure_rate` were failures, and the newest is one: OPEN.
OPEN: no call goes, for `open`.  Then HALF_OPEN: one call goes as the trial, others wait a moment for its verdict.  Good:
CLOSED with an empty window; bad: OPEN again; without a verdict (given up, or nothing that counts) the next call is the trial.
A result counts only in the state in which its call began.

A citizen's write is not what a backend is tried with, as long as anything else can be:
1. Where the channel declares a `probe`, the write asks for that first.  A bad answer is the trial's verdict; after a good one
   the write itself is the trial, for a page that answers says little of what is behind it.
2. Without one, only reads are trials for as long as the circuit was open, once more.  A write before that is refused, or waits
   for the verdict of a read that is under way.
3. Where no read has ever been asked over this line, or none came in that time, a write is the trial: a backend that is only
   written to must come back as well.
A write that is refused was not sent.

A call is counted once, whatever was repeated in it.  A backend fails that cannot be reached, does not answer in time, says
5xx, answers what cannot be read, or refuses with what no row of `errors` explains.  A refusal that is explained, and any
other 4xx, is an answer.  Rows that break the mapping are not the breaker's business: the backend answered, and what it
means is the channel's to say.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
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
Probe: TypeAlias = Callable[[], Awaitable[bool | None]]
"""Asks the declared probe once.  Returns: a verdict as `judged`."""


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
        self._read = False  # whether a read has ever entered
        self._trial: asyncio.Future[None] | None = None

    @property
    def state(self) -> State:
        """The state now.  HALF_OPEN begins when `open` is over, before the first call comes."""
        return State.HALF_OPEN if self._state is State.OPEN and not self.seconds_left() else self._state

    def seconds_left(self) -> int:
        """Return: whole seconds, rounded up, for which no call goes; 0 where one may."""
        return max(0, ceil(self._until - self._now())) if self._state is State.OPEN else 0

    async def enter(self, deadline: float, *, write: bool = False, probe: Probe | None = None) -> int:
        """Return: what `leave` must be given.  `deadline` is loop time.  `probe`: what a write asks first, if there is one.

        Raises: CircuitOpen.
        """
        if not write:
            self._read = True
        if self._state is State.CLOSED:
            return self._generation
        return await self._entered(deadline, write, probe)

    async def _entered(self, deadline: float, write: bool, probe: Probe | None) -> int:
        patience = min(deadline, asyncio.get_running_loop().time() + self._patience)
        while self._state is not State.CLOSED:
            if left := self.seconds_left():
                raise CircuitOpen(left)
            if self._trial is None:
                return await self._tried(probe) if write else self._try()
            try:
                async with asyncio.timeout_at(patience):
                    await asyncio.wait([self._trial])
            except TimeoutError:
                raise CircuitOpen(1) from None
        return self._generation

    async def _tried(self, probe: Probe | None) -> int:
        """A write that found no trial under way becomes it, unless something else should."""
        if probe is None:
            if left := self._reads_first():
                raise CircuitOpen(left)
            return self._try()
        generation, good = self._try(), None
        try:
            good = await probe()
        finally:
            if not good:
                self.leave(generation, good)
        if not good:
            raise CircuitOpen(max(1, self.seconds_left()))
        return generation

    def _reads_first(self) -> int:
        """Return: whole seconds, rounded up, for which no write is the trial; 0 where one may be."""
        until = self._until + self._rule.open.total_seconds()
        return max(0, ceil(until - self._now())) if self._read else 0

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

    `write`, `probe`: as `Breaker.enter`.  `good`: the verdict, as far as there is one.  `seconds`: what was left for the
    backend when the request went.
    """

    __slots__ = ("_breaker", "_generation", "_probe", "_write", "good", "seconds")

    def __init__(self, breaker: Breaker | None, *, write: bool = False, probe: Probe | None = None) -> None:
        self._breaker, self._generation = breaker, -1
        self._write, self._probe = write, probe
        self.good: bool | None = None
        self.seconds = 0.0

    async def enter(self, deadline: float) -> None:
        """Called each time before a request leaves.  Raises: CircuitOpen: it may not, or no longer."""
        if self._breaker is None or self._breaker.holds(self._generation):
            return
        if self._generation >= 0:
            raise CircuitOpen(max(1, self._breaker.seconds_left()))
        self._generation = await self._breaker.enter(deadline, write=self._write, probe=self._probe)

    def leave(self) -> None:
        """The call is over."""
        if self._breaker is not None and self._generation >= 0:
            self._breaker.leave(self._generation, self.good)
