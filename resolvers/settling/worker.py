"""The worker that settles: one task beside the requests, for what was lost and for what is still to be delivered.

It takes what is due (a lease in the store keeps other workers off), and asks about it side by side under a bound. A fault of one
entry is told to the log and costs that entry's turn; it is taken again when its lease has ended, also by another worker, also
after a restart.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from resolvers.context import Services
from resolvers.settling.delivering import deliver
from resolvers.settling.reconciling import settle
from resolvers.writing.held import deliveries_of
from roaming.unsettled import MOST_AT_ONCE, Unsettled
from storage import StorageError

LOOK_EVERY_SECONDS = 0.5
Work = Callable[[], Awaitable[None]]

log = structlog.get_logger("journal")


async def keep_settling(services: Callable[[], Services | None]) -> None:
    """Settle until cancelled. `services`: those of now; None while the gateway is closing."""
    resumed = False
    async with asyncio.TaskGroup() as group:
        under_way: set[asyncio.Task[None]] = set()
        while True:
            if held := services():
                resumed = resumed or await resume(held)
                for work in await due(held, MOST_AT_ONCE - len(under_way)):
                    task = group.create_task(guarded(work))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
            await asyncio.sleep(LOOK_EVERY_SECONDS)


def unsettled_of(services: Services) -> Unsettled:
    """The open entries, as this process takes them."""
    return Unsettled(services.journal.database, services.journal.worker)


async def resume(services: Services) -> bool:
    """Once after a start. Returns: whether it could be done."""
    try:
        await unsettled_of(services).resume(services.clock())
    except StorageError as fault:
        log.error("settling_failed", reason=str(fault))
        return False
    return True


async def due(services: Services, most: int) -> list[Work]:
    """What this worker has taken, each as a piece of work."""
    if most <= 0:
        return []
    open_entries, now = unsettled_of(services), services.clock()
    try:
        taken = await open_entries.take(now, most)
        held = await deliveries_of(services).take(now, most - len(taken)) if most > len(taken) else ()
    except StorageError as fault:
        log.error("settling_failed", reason=str(fault))
        return []
    work: list[Work] = [partial(settle, services, open_entries, entry) for entry in taken]
    return [*work, *(partial(deliver, services, delivery) for delivery in held)]


async def guarded(work: Work) -> None:
    """One piece of work; its faults are its own."""
    try:
        await work()
    except Exception as fault:  # noqa: BLE001 - one entry's fault must not end the others' settling
        log.error("settling_failed", reason=type(fault).__name__)
