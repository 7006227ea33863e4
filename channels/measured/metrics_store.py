"""The gateway's metrics as they outlive it: tallies by city, operation, outcome and hour, in a table of its own store.

Kept for KEPT_DAYS.  Nothing of a citizen is in them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from channels.measured.metric_days import SOAK_DAYS, Soak, Tally
from channels.measured.metrics import CHINA, Metrics
from channels.measured.summaries import MIGRATIONS as SUMMARIES
from channels.proofs.credentials import Clock
from storage import Database, Migrations, StorageError

FILE: Final = "metrics.sqlite"
KEPT_DAYS: Final = 40
KEEP_EVERY_SECONDS: Final = 30.0
log = logging.getLogger(__name__)
MIGRATIONS: Final = Migrations(
    "metrics",
    (
        """
CREATE TABLE city_hours (
    city      TEXT    NOT NULL,
    hour      TEXT    NOT NULL,
    operation TEXT    NOT NULL,
    outcome   TEXT    NOT NULL,
    calls     INTEGER NOT NULL,
    dropped   INTEGER NOT NULL,
    PRIMARY KEY (city, hour, operation, outcome)
) STRICT, WITHOUT ROWID;
""",
    ),
)
_ADD = """
INSERT INTO city_hours VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, dropped = dropped + excluded.dropped
"""


async def opened_store(state: Path) -> Database:
    """The store below ROAM_STATE.  Raises: StorageError."""
    return await Database.open(state / FILE, (MIGRATIONS, SUMMARIES))


async def add(database: Database, tallies: Iterable[tuple[str, Tally]], today: date) -> None:
    """Add what was counted since the last time, by city, and forget what is too old.  Raises: StorageError."""
    async with database.transaction() as transaction:
        for city, tally in tallies:
            row = (city, tally.hour, tally.operation, tally.outcome, tally.calls, tally.dropped)
            await transaction.execute(_ADD, row)
        oldest = (today - timedelta(days=KEPT_DAYS)).isoformat()
        await transaction.execute("DELETE FROM city_hours WHERE hour < ?", (oldest,))


async def soak_of(state: Path, city: str, today: date) -> Soak | None:
    """What is kept of a city's last days; None where there is no store."""
    if not (state / FILE).is_file():
        return None
    try:
        async with await opened_store(state) as database:
            return await read_soak(database, city, today)
    except StorageError:
        return None


async def read_soak(database: Database, city: str, today: date) -> Soak:
    """The same from an open store; hours are added up by day part so that no query is too long.  Raises: StorageError."""
    first = (today - timedelta(days=SOAK_DAYS)).isoformat()
    tallies: list[Tally] = []
    for back in range(SOAK_DAYS + 1):
        day = (today - timedelta(days=back)).isoformat()
        rows = await database.rows("SELECT * FROM city_hours WHERE city = ? AND hour LIKE ?", (city, f"{day}T%"))
        tallies += [
            Tally(str(r["hour"]), str(r["operation"]), str(r["outcome"]), int(r["calls"] or 0), int(r["dropped"] or 0))
            for r in rows
        ]
    return Soak.of((tally for tally in tallies if tally.hour >= first), today)


@asynccontextmanager
async def keeping(metrics: Metrics, state: Path, clock: Clock) -> AsyncIterator[Database | None]:
    """Keep what is counted, now and then and at the end.  A store that cannot be written costs the metrics, nothing else.

    Yield: the store; None where it cannot be opened.
    """
    try:
        database = await opened_store(state)
    except StorageError as error:
        log.warning("metrics are not kept: %s", error)
        yield None
        return
    async with database, asyncio.TaskGroup() as group:
        task = group.create_task(_keep_on(metrics, database, clock))
        try:
            yield database
        finally:
            task.cancel()
            await _keep(metrics, database, clock)


async def _keep_on(metrics: Metrics, database: Database, clock: Clock) -> None:
    while True:
        await asyncio.sleep(KEEP_EVERY_SECONDS)
        await _keep(metrics, database, clock)


async def _keep(metrics: Metrics, database: Database, clock: Clock) -> None:
    tallies = metrics.take()
    if not tallies:
        return
    try:
        await add(database, tallies, clock().astimezone(CHINA).date())
    except StorageError as error:
        metrics.give_back(tallies)
        log.warning("metrics could not be kept: %s", error)
