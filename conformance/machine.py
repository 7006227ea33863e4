"""Whether this machine had time for us: a silence that was long because we stood ready without a core says nothing of a city."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final, Self

STARVED_SHARE: Final = 0.1  # of the time gone by, spent ready and without a core
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

    def starved(self) -> bool:
        """Was this machine too busy, from then to now, to tell how long a city took?"""
        now = Machine.now()
        return now.stood_seconds - self.stood_seconds > STARVED_SHARE * (now.at - self.at)
