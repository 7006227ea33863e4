"""Is the city there?  Known before anybody asks.

A backend with a `probe` is asked for its path every so often: a GET with the fixed headers, no credential, no citizen; any
answer below 500 is up.  It passes by the breaker and the limits, and counts for the city's availability alone; what a write
asks before it tries a city anew is another matter (`channels.calls.breaker`).  Of the others it is seen whether anything
listens: a TCP connection opened and closed, no request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Protocol

from channels.calls.health import Health
from channels.declared.models import Backend
from channels.protocols.draft import Base
from channels.protocols.reply import Fault, Reply

EVERY_SECONDS = 10.0
LOOK_SECONDS = 1.0
SHORTEST_SECONDS = 0.1
UNREACHED = ("connect", "broken")


class Probed(Protocol):
    """A line whose backend declares a probe."""

    @property
    def probe_seconds(self) -> float:
        """From one probe to the next."""

    async def probe(self) -> Reply | Fault:
        """Ask once."""


def is_up(answer: Reply | Fault) -> bool:
    """Whether a probe was answered by a backend that is up."""
    return isinstance(answer, Reply) and answer.status < 500


async def keep_probing(once: Callable[[], Awaitable[None]]) -> None:
    """Look again and again, so that a city's availability is known before anybody asks."""
    while True:
        await once()
        await asyncio.sleep(EVERY_SECONDS)


async def keep_asking(probed: Callable[[], Iterable[tuple[str, Probed]]], health: Health) -> None:
    """Ask each backend with a probe at its own interval; `probed`: those of now, by city slug, looked up each second."""
    async with asyncio.TaskGroup() as group:
        under_way: dict[Probed, asyncio.Task[None]] = {}
        while True:
            wanted = {line: slug for slug, line in probed()}
            for line in [line for line in under_way if line not in wanted]:
                under_way.pop(line).cancel()
            for line, slug in wanted.items():
                if line not in under_way:
                    under_way[line] = group.create_task(_ask_again(slug, line, health))
            await asyncio.sleep(LOOK_SECONDS)


async def _ask_again(slug: str, line: Probed, health: Health) -> None:
    now = asyncio.get_running_loop().time
    due = now()
    while True:
        answer = await line.probe()
        health.record(slug, good=is_up(answer), reached=not (isinstance(answer, Fault) and answer.kind in UNREACHED))
        due = max(due + max(line.probe_seconds, SHORTEST_SECONDS), now())
        await asyncio.sleep(due - now())


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
