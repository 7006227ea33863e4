"""Identical reads at the same moment become one call.  Identity is part of the key; nobody waits past their own deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Flights(Generic[T]):
    """Calls under way, by key."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Future[T]] = {}

    async def share(self, key: Hashable, call: Callable[[], Awaitable[T]], deadline: float) -> T:
        """Return: the answer of `call`, or of the same call under way.  Raises: TimeoutError for one who waited."""
        while (flight := self._under_way.get(key)) is not None:
            async with asyncio.timeout_at(deadline):
                await asyncio.wait([flight])
            if not flight.cancelled():
                return flight.result()
        return await self._lead(key, call)

    async def _lead(self, key: Hashable, call: Callable[[], Awaitable[T]]) -> T:
        flight: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._under_way[key] = flight
        try:
            answer = await call()
            flight.set_result(answer)
            return answer
        finally:
            # A leader that was cancelled or failed leaves no answer: those who wait ask for themselves.
            del self._under_way[key]
            if not flight.done():
                flight.cancel()
