"""Whether this machine had time for us: a silence that was long because we stood ready without a core says nothing of a city."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final, Self

STARVED_SHARE: Final = 0.1  # of the time gone by, spent ready and without a core
QUIET_SHARE: Final = 0.5  # so much of a core is enough to put load on a city again
LOOK_SECONDS: Final = 0.03  # of work, to see how much of it is given a core: several turns of the system's scheduler
PAUSE_SECONDS: Final = 0.25
STOOD: Final = Path("/proc/thread-self/schedstat")


@dataclass(frozen=True, slots=True)
class Machine:
    """One moment of this thread: seconds on the clock, and how long it has stood ready without a core."""

    at: float
    stood_seconds: float

    @classmethod
    def now(cls) -> Self:
        """This moment; the second figure is 0 where the system does not tell it (Linux does)."""
        try:
            stood = int(STOOD.read_text("ascii").split()[1]) / 1e9
        except (OSError, IndexError, ValueError):
            stood = 0.0
        return cls(monotonic(), stood)

    def starved(self, share: float = STARVED_SHARE) -> bool:
        """Was this machine too busy, from then to now, to tell how long a city took?"""
        now = Machine.now()
        return now.stood_seconds - self.stood_seconds > share * (now.at - self.at)


def idle() -> bool:
    """Has this machine a core for us, for half of the time at least?  Works for LOOK_SECONDS to find out."""
    began = Machine.now()
    while monotonic() - began.at < LOOK_SECONDS:
        pass
    return not began.starved(QUIET_SHARE)


async def quiet(seconds: float, idle: Callable[[], bool] = idle, pause_seconds: float = PAUSE_SECONDS) -> bool:
    """Wait until this machine has time for us, `seconds` at most.  Return: whether it has."""
    now = asyncio.get_running_loop().time
    until = now() + seconds
    while not idle():
        if now() >= until:
            return False
        await asyncio.sleep(pause_seconds)
    return True
