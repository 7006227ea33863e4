"""Is anything listening?  A TCP connection opened and closed, no request, no credential."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from channels.draft import Base
from channels.models import Backend

EVERY_SECONDS = 10.0


async def keep_probing(once: Callable[[], Awaitable[None]]) -> None:
    """Look again and again, so that a city's availability is known before anybody asks."""
    while True:
        await once()
        await asyncio.sleep(EVERY_SECONDS)


async def reachable(backends: Iterable[Backend]) -> bool:
    """Return: whether every backend accepts a connection within its connect timeout."""
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_accepts(Base.of(rule.base_url), rule.timeout.connect.total_seconds()))
            for rule in backends
        ]
    return all(task.result() for task in tasks)


async def _accepts(base: Base, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(base.host, base.port)
    except OSError:  # TimeoutError is one
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
