"""Calls to record, and a ledger that holds some."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from roaming import Outcome, Usage, subject_of
from roaming.ledger_store import FILE, MIGRATIONS, write
from storage import Database
from storage.plain import writer

NOW = datetime(2026, 11, 22, 3, 4, 5, 678901, tzinfo=UTC)


def usage(number: int = 1, **changed: Any) -> Usage:
    """A call, a second later for each number."""
    given: dict[str, Any] = {
        "at": NOW + timedelta(seconds=number),
        "call": f"call-{number}",
        "home": "510600",
        "visited": "510100",
        "operation": "bills.list",
        "outcome": Outcome.OK,
        "subject": subject_of("deng"),
        "latency_ms": 12,
        "purpose": "异地就医",
        "agreement": "2026-001",
        "consent": "c1",
        "app": "roam-cli",
    }
    return Usage(**given | changed)


async def kept(folder: Path, *usages: Usage) -> Path:
    """The file of a ledger that holds these calls."""
    path = folder / FILE
    async with await Database.open(path, (MIGRATIONS,)):
        with closing(writer(path)) as connection:
            write(connection, path, usages)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return path


@contextmanager
def unguarded(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as someone has it who can write it and takes the triggers away meanwhile."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, text in triggers:
            connection.execute(text)
