"""The task that keeps the openings of cities as the store has them: begun, counted, judged, the same on every worker.

It writes down what this worker has counted of cities that are being opened, takes in what the others have, and puts the openings
to use by one assignment. Requests only read them. Of what the store cannot tell, what was known before counts on.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog

from channels.deployment.snapshot import Snapshot
from channels.measured.rollout_log import Runs, begun, judged
from resolvers.context import Services
from roaming.openings import Opening
from storage import Database, StorageError

LOOK_EVERY_SECONDS = 1.0
Openings = Mapping[str, Opening]

log = structlog.get_logger("rollouts")


async def keep_opening(
    database: Database, services: Callable[[], Services | None], put: Callable[[Services], None]
) -> None:
    """Look until cancelled. `services`: those of now; `put`: use others from now on."""
    recorded: Snapshot | None = None
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        held = services()
        if held is None or not any(channel.config.rollout for channel in held.snapshot.channels.values()):
            continue
        snapshot, at = held.snapshot, held.clock()
        # For the case that it could not be written down when it was activated.
        if snapshot is not recorded and await _begun(database, snapshot, at) is not None:
            recorded = snapshot
        found = await followed(database, held, at)
        newest = services()
        if newest is not None and newest.snapshot is snapshot and found != newest.openings:
            put(replace(newest, openings=found))


async def openings(database: Database, snapshot: Snapshot, before: Openings, *, at: datetime) -> Openings:
    """The openings of files that are served from now on. `before`: those of the files that were."""
    return openings_of(snapshot, await _begun(database, snapshot, at) or {}, before)


async def followed(database: Database, services: Services, at: datetime) -> Openings:
    """Write down the calls that this worker has counted since the last time, and see how the cities stand now.

    Returns: the openings; those of before while the store cannot be used. A city that is closed is told to the log, once.
    """
    counts = services.connections.metrics.rollouts
    counted = counts.take()
    try:
        runs, aborted = await judged(database, services.snapshot, counted, at)
    except StorageError as fault:
        counts.give_back(counted)
        log.error("rollouts_not_followed", reason=str(fault))
        return services.openings
    for run in aborted:
        log.error("rollout_aborted", city=run.city, reason=run.why.en if run.why else "")
    return openings_of(services.snapshot, runs, services.openings)


def openings_of(snapshot: Snapshot, runs: Runs, before: Openings) -> Openings:
    """Of every city with a `rollout`. `runs`: as far as the store could be asked; `before`: what was known until now."""
    channels = snapshot.channels.items()
    made = {slug: Opening.of(channel, runs.get(slug), before.get(slug)) for slug, channel in channels}
    return {slug: opening for slug, opening in made.items() if opening is not None}


async def _begun(database: Database, snapshot: Snapshot, at: datetime) -> Runs | None:
    """The runs under way once it is written down that these files are served; None while the store cannot be used."""
    try:
        return await begun(database, snapshot, at)
    except StorageError as fault:
        log.error("rollouts_not_begun", reason=str(fault))
        return None
