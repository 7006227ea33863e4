"""What a city is spared: at most so many calls at once, at most so many a second.

A call over either limit is refused as RATE_LIMITED: it is the gateway that says so, the city was not asked, and the same
question is welcome a little later.  Waiting counts against the request's own deadline.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from channels.declared.models import Bulkhead, Rate

Sleep = Callable[[float], Awaitable[None]]
SHORTEST_CALL_SECONDS: Final = 0.02  # a turn that leaves less than this for the call itself is no turn


class Full(Exception):
    """No turn within the budget.  `retry_after` is in whole seconds."""

    def __init__(self, reason: str, retry_after: int = 1) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Turns:
    """A bulkhead: `max_concurrent` calls run, `queue` more wait, the next is refused at once."""

    def __init__(self, rule: Bulkhead) -> None:
        self._running = asyncio.Semaphore(rule.max_concurrent)
        self._free_to_wait = rule.queue

    async def take(self, deadline: float) -> None:
        """Wait for a turn.  Raises: Full."""
        if not self._running.locked():
            await self._running.acquire()
            return
        if self._free_to_wait <= 0:
            raise Full("bulkhead and its queue are full")
        self._free_to_wait -= 1
        try:
            async with asyncio.timeout_at(deadline - SHORTEST_CALL_SECONDS):
                await self._running.acquire()
        except TimeoutError:
            raise Full("no free place in the bulkhead in time") from None
        finally:
            self._free_to_wait += 1

    def leave(self) -> None:
        """Give the turn back."""
        self._running.release()


class Pace:
    """A rate of `per_second` with bursts of `burst`, kept as one number (generic cell rate algorithm)."""

    def __init__(self, rule: Rate, now: Callable[[], float], sleep: Sleep = asyncio.sleep) -> None:
        self._step = 1.0 / max(rule.per_second, 1e-6)
        self._allowance = self._step * (rule.burst - 1)
        self._now, self._sleep = now, sleep
        self._due = 0.0

    async def take(self, deadline: float) -> None:
        """Wait until the pace allows one more call.  Raises: Full: that would be past the deadline."""
        now = self._now()
        due = max(self._due, now)
        wait = due - self._allowance - now
        if wait > 0 and now + wait > deadline - SHORTEST_CALL_SECONDS:
            raise Full("over the declared rate", max(1, round(wait)))
        self._due = due + self._step
        if wait > 0:
            await self._sleep(wait)
