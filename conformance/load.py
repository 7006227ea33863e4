"""Load that a rule puts on a city: waves of calls at once, one wave at a time in this process, spaced by the declared rate.

A wave also tells whether this machine had no core for us while it ran: what took long then took long here, and says nothing
of the city. Such a wave is made again; a city is never excused for what it did while this machine was idle.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from conformance.live import Exchange, Live
from conformance.machine import Machine
from schema.codes import ErrorCode

MOST_PER_SECOND: Final = 50.0  # whatever rate is declared: this is a check, not a load test

Ask = Callable[[], Coroutine[Any, Any, Exchange]]


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
    """Waves against one backend.  `alone`: held while a wave runs, by every city that is examined in this process."""

    def __init__(self, live: Live, backend: str, alone: asyncio.Lock) -> None:
        rate = live.channel.config.backends[backend].rate
        self._per_second = min(rate.per_second if rate else MOST_PER_SECOND, MOST_PER_SECOND)
        self._alone, self._free_at = alone, 0.0

    async def make(self, size: int, ask: Ask) -> Wave:
        """One wave, not before the rate allows it after the last."""
        now = asyncio.get_running_loop().time
        await asyncio.sleep(max(0.0, self._free_at - now()))
        async with self._alone:
            machine = Machine.now()
            self._free_at = now() + size / self._per_second
            async with asyncio.TaskGroup() as group:
                calls = [group.create_task(ask()) for _ in range(size)]
            return Wave(tuple(call.result() for call in calls), machine.starved())
