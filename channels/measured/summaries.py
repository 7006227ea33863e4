"""The summaries of every process over one store: one row each, in a table beside the kept metrics.

A row that nobody has written for FRESH_SECONDS is of a process that has ended or is stuck: it is not read, and whoever writes next
sweeps it away. The processes share a machine's clock, for they share a file; a row from the future is no fresher than one as old.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from channels.measured.summary import Summary
from storage import Database, Migrations

FRESH_SECONDS: Final = 15.0
MIGRATIONS: Final = Migrations(
    "summaries",
    (
        """
CREATE TABLE process_summaries (
    process TEXT PRIMARY KEY,
    seconds REAL NOT NULL,
    figures TEXT NOT NULL
) STRICT;
""",
    ),
)
ALL: Final = "SELECT process, seconds, figures FROM process_summaries ORDER BY process"
_BEAT: Final = "UPDATE process_summaries SET seconds = ? WHERE process = ?"
_TELL: Final = """
INSERT INTO process_summaries VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET seconds = excluded.seconds, figures = excluded.figures
"""
_SWEEP: Final = "DELETE FROM process_summaries WHERE abs(seconds - ?) >= ?"
_LEAVE: Final = "DELETE FROM process_summaries WHERE process = ?"


async def told(database: Database, process: str, figures: str, at: datetime, *, changed: bool) -> None:
    """Put down a process's figures, or, where they have not `changed`, that they still hold.  Raises: StorageError."""
    seconds = at.timestamp()
    async with database.transaction() as transaction:
        # A row that others have swept away is written anew, whatever its process believes.
        if changed or not await transaction.execute(_BEAT, (seconds, process)):
            await transaction.execute(_TELL, (process, seconds, figures))
        await transaction.execute(_SWEEP, (seconds, FRESH_SECONDS))


async def left(database: Database, process: str) -> None:
    """Take a process's figures away.  Raises: StorageError."""
    async with database.transaction() as transaction:
        await transaction.execute(_LEAVE, (process,))


def fresh(rows: Iterable[Mapping[str, object]], process: str, at: datetime) -> tuple[Summary, ...]:
    """Of the rows of `ALL`, those that hold now and are of other processes.  Raises: NoSummary."""
    now = at.timestamp()
    others = (row for row in rows if row["process"] != process)
    return tuple(
        Summary.read(str(row["figures"])) for row in others if abs(float(str(row["seconds"])) - now) < FRESH_SECONDS
    )


__all__ = ["ALL", "FRESH_SECONDS", "MIGRATIONS", "fresh", "left", "told"]
