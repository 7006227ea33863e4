"""Load that a rule puts on a city: waves of calls at once, one wave at a time in this process, spaced by the declared rate.

A wave also tells whether this machine had no core for us while it ran: what took long then took long here, and says nothing
of the city. Such a wave is made again, when this machine has time; a city is never excused for what it did while it had.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from conformance.live import Exchange, Live
from conformance.machine import Machine, quiet
from schema.codes import ErrorCode

MOST_PER_SECOND: Final = 50.0  # whatever rate is declared: this is a check, not a load test

QUIET_SECONDS: Final = 4.0  # how long a patient wave waits for this machine to have time

Ask = Callable[[], Coroutine[Any, Any, Exchange]]
Quiet = Callable[[float], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Wave:
    """Calls that were made at once.  `starved`: this machine was too busy to tell how long the city took."""

    calls: tuple[Exchange, ...]
    starved: bool

    @property
    def sound(self) -> bool:
        """Does everything in it count?  A starved wave in which nobody waited too long does."""
        return not self.starved or not any(call.code is ErrorCode.BACKEND_TIMEOUT for call in self.calls)


class Waves:
    """Waves against one backend.  `alone`: held while a wave runs, by every city that is examined in this process.

    `quiet`: waits so many seconds at most until this machine has time for us.
    """

    def __init__(self, live: Live, backend: str, alone: asyncio.Lock, quiet: Quiet = quiet) -> None:
        rate = live.channel.config.backends[backend].rate
        self._per_second = min(rate.per_second if rate else MOST_PER_SECOND, MOST_PER_SECOND)
        self._alone, self._free_at, self._quiet = alone, 0.0, quiet

    async def make(self, size: int, ask: Ask, *, patient: bool = False) -> Wave:
        """One wave, not before the rate allows it after the last; a patient one is put off while this machine is busy."""
        now = asyncio.get_running_loop().time
        await asyncio.sleep(max(0.0, self._free_at - now()))
        async with self._alone:
            if patient:
                await self._quiet(QUIET_SECONDS)
            machine = Machine.now()
            self._free_at = now() + size / self._per_second
            async with asyncio.TaskGroup() as group:
                calls = [group.create_task(ask()) for _ in range(size)]
            return Wave(tuple(call.result() for call in calls), machine.starved())
