"""A breaker with a passed clock: four calls at a half, ten seconds open."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from channels.calls.breaker import Breaker, Change, State
from channels.declared.models import Breaker as Rule

GOOD, BAD, NOTHING = True, False, None


@dataclass
class Clock:
    seconds: float = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Held:
    """A breaker of 4 calls at a half, 10 seconds open; its clock; what it told."""

    clock: Clock = field(default_factory=Clock)
    told: list[Change] = field(default_factory=list)
    patience: float = 5.0
    rate: float = 0.5

    def __post_init__(self) -> None:
        rule = Rule(window=4, failure_rate=self.rate, open=timedelta(seconds=10))
        self.breaker = Breaker(rule, self.clock, self.told.append, patience_seconds=self.patience)

    async def call(self, good: bool | None) -> None:
        self.breaker.leave(await self.breaker.enter(later()), good)

    async def calls(self, *results: bool | None) -> None:
        for good in results:
            await self.call(good)

    def state(self) -> State:
        return self.breaker.state

    async def opened(self) -> Held:
        await self.calls(BAD, BAD, BAD, BAD)
        assert self.state() is State.OPEN
        return self


def later() -> float:
    return asyncio.get_running_loop().time() + 30


async def turns() -> None:
    """Let everything run that can."""
    for _ in range(10):
        await asyncio.sleep(0)
