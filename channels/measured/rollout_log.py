"""How cities are being opened, as every worker and every restart knows it: a table of the gateway's own store.

A run is one stretch in which the same files of a city were served with the same `rollout`. It has the calls made since those
files were activated, and whether they closed the city. Rules:
1. A run ends when other files of the city are activated, also those of before; what was aborted then starts afresh. Another
   address in a machine's overlay is no other file of the city.
2. The clock of `promote_after` begins with the first run of a `rollout` block, and goes on while the block stays the same; it
   starts anew with another block, and after an abort.
3. Workers add what each has counted; whoever adds the call that is too much aborts the run, once.

Rows are ended, never deleted. Time is passed; nothing here looks at the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from channels.answer import Bilingual
from channels.declared.abort_rule import AbortRule
from channels.deployment.snapshot import Channel, Snapshot
from channels.measured.rollout_counts import Counted
from storage import Database, Migrations, Transaction

MIGRATIONS: Final = Migrations(
    "rollouts",
    (
        """
        CREATE TABLE city_rollouts (
            number     INTEGER PRIMARY KEY,
            name       TEXT NOT NULL,
            revision   TEXT NOT NULL,
            block      TEXT NOT NULL,
            begun_at   TEXT NOT NULL,
            at         TEXT NOT NULL,
            ended_at   TEXT,
            calls      INTEGER NOT NULL DEFAULT 0,
            against    INTEGER NOT NULL DEFAULT 0,
            aborted_at TEXT,
            zh         TEXT NOT NULL DEFAULT '',
            en         TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE UNIQUE INDEX city_rollouts_under_way ON city_rollouts (name) WHERE ended_at IS NULL;
        """,
    ),
)
UNDER_WAY: Final = "SELECT * FROM city_rollouts WHERE ended_at IS NULL"
LAST: Final = "SELECT * FROM city_rollouts WHERE name = ? ORDER BY number DESC LIMIT 1"
BEGIN: Final = "INSERT INTO city_rollouts (name, revision, block, begun_at, at) VALUES (?, ?, ?, ?, ?)"
TOLD: Final = """
SELECT 'rollout' AS what, revision, '' AS who, block AS reason, at FROM city_rollouts WHERE name = ?1
UNION ALL SELECT 'rollout aborted', revision, '', en, aborted_at FROM city_rollouts WHERE name = ?1 AND aborted_at NOT NULL
ORDER BY at DESC LIMIT ?2
"""
Runs: TypeAlias = Mapping[str, "Run"]


@dataclass(frozen=True, slots=True)
class Run:
    """One city being opened.  `revision`: of its files; `block`: its rollout in a line; since `begun_at` that is served.

    `calls`, `against`: as `AbortRule` counts them.  `why`: what closed the city; None while nothing has.
    """

    city: str
    revision: str
    block: str
    begun_at: datetime
    calls: int = 0
    against: int = 0
    aborted_at: datetime | None = None
    why: Bilingual | None = None

    def is_of(self, channel: Channel) -> bool:
        """Whether the run is of these files, with this rollout."""
        rollout = channel.config.rollout
        return rollout is not None and (self.revision, self.block) == (channel.revision, rollout.block)


async def begun(database: Database, snapshot: Snapshot, at: datetime) -> Runs:
    """Write down that these files are served from now on.  Once for a snapshot: a worker that is behind undoes nothing.

    Returns: the runs under way, by slug.  Raises: StorageError.
    """
    runs = await under_way(database)
    channels = [channel for channel in snapshot.channels.values() if channel.available]
    changed = [channel for channel in channels if _other(channel, runs.get(channel.slug))]
    if not changed:
        return runs
    async with database.transaction() as transaction:
        for channel in changed:
            await _activated(transaction, channel, at)
    return await under_way(database)


async def judged(
    database: Database, snapshot: Snapshot, counted: Mapping[tuple[str, str], Counted], at: datetime
) -> tuple[Runs, tuple[Run, ...]]:
    """Add what was counted, by slug and revision, and see what follows from it.

    Returns: the runs under way, and those that were aborted just now, here.  Raises: StorageError.
    """
    runs = await under_way(database)
    added = {slug: more for (slug, files), more in counted.items() if _on_trial(runs.get(slug), snapshot, files, at)}
    if not added:
        return runs, ()
    async with database.transaction() as transaction:
        aborted = [run for slug, more in added.items() if (run := await _add(transaction, snapshot, slug, more, at))]
    return await under_way(database), tuple(aborted)


async def under_way(database: Database) -> Runs:
    """The runs that have not ended, by slug.  Raises: StorageError."""
    return {str(row["name"]): _run(row) for row in await database.rows(UNDER_WAY)}


async def told_of(database: Database, name: str, most: int) -> tuple[Mapping[str, object], ...]:
    """The runs of one city and how they were aborted, the newest first, as `history.of_city`.  Raises: StorageError."""
    return await database.rows(TOLD, (name, most))


def _other(channel: Channel, run: Run | None) -> bool:
    """Whether what the table says of a city is not what is served."""
    return (run is not None) if channel.config.rollout is None else (run is None or not run.is_of(channel))


async def _activated(transaction: Transaction, channel: Channel, at: datetime) -> None:
    """End the run of other files, begin that of these; another worker may have been first."""
    slug, rollout = channel.slug, channel.config.rollout
    before = await transaction.row(LAST, (slug,))
    going_on = before is not None and before["ended_at"] is None
    if before and going_on and _run(before).is_of(channel):
        return
    if going_on:
        ending = "UPDATE city_rollouts SET ended_at = ? WHERE name = ? AND ended_at IS NULL"
        await transaction.execute(ending, (at.isoformat(), slug))
    if rollout is None:
        return
    block, begun = rollout.block, at.isoformat()
    if before and going_on and before["block"] == block and before["aborted_at"] is None:
        begun = str(before["begun_at"])
    await transaction.execute(BEGIN, (slug, channel.revision, block, begun, at.isoformat()))


async def _add(transaction: Transaction, snapshot: Snapshot, slug: str, more: Counted, at: datetime) -> Run | None:
    """Add to a run under way.  Returns: the run, where that closed the city."""
    row = await transaction.row(f"{UNDER_WAY} AND name = ?", (slug,))
    run, channel = _run(row) if row else None, snapshot.channels[slug]
    rule = _on_trial(run, snapshot, channel.revision, at)
    if run is None or rule is None:
        return None
    run = replace(run, calls=run.calls + more.calls, against=run.against + more.against)
    adding = "UPDATE city_rollouts SET calls = ?, against = ? WHERE name = ? AND ended_at IS NULL"
    await transaction.execute(adding, (run.calls, run.against, slug))
    if not rule.holds(run.calls, run.against):
        return None
    why = rule.told(run.calls, run.against)
    closing = "UPDATE city_rollouts SET aborted_at = ?, zh = ?, en = ? WHERE name = ? AND ended_at IS NULL"
    await transaction.execute(closing, (at.isoformat(), why.zh, why.en, slug))
    return replace(run, aborted_at=at, why=why)


def _on_trial(run: Run | None, snapshot: Snapshot, files: str, at: datetime) -> AbortRule | None:
    """The rule by which calls under the revision `files` may still abort a run; None where they may not.

    A city that is open to all is not closed by what comes later: its breaker and its operators are there for that.
    """
    channel = snapshot.channels.get(run.city) if run else None
    rollout = channel.config.rollout if channel else None
    if run is None or channel is None or rollout is None or run.aborted_at is not None:
        return None
    over = rollout.over_at(run.begun_at)
    current = run.is_of(channel) and run.revision == files
    return rollout.abort_if if current and (over is None or at < over) else None


def _run(row: Mapping[str, object]) -> Run:
    aborted = row["aborted_at"]
    return Run(
        city=str(row["name"]),
        revision=str(row["revision"]),
        block=str(row["block"]),
        begun_at=datetime.fromisoformat(str(row["begun_at"])),
        calls=int(str(row["calls"])),
        against=int(str(row["against"])),
        aborted_at=datetime.fromisoformat(str(aborted)) if aborted else None,
        why=Bilingual(str(row["zh"]), str(row["en"])) if aborted else None,
    )


__all__ = ["MIGRATIONS", "Run", "Runs", "begun", "judged", "told_of", "under_way"]
