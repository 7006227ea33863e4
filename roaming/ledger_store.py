"""The ledger in one SQLite file of its own: append-only by triggers, chained, several processes side by side.

A file of its own, not a table of the gateway's store, because it is kept for years, copied and checked by others, and its
commits must not wait for the store's. The two cannot disagree after a crash, by order: a mutation's record is durable before its
result enters the journal, so a result that replays is always recorded; and a mutation that was called and has no result is
settled by the reconciler, which appends what it finds. The number of a record and the hash before it are read in the transaction
that writes it, so that writers in several processes make one chain.
"""

import os
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Self

import structlog

from storage import Database, GroupCommit, Migrations, StorageError, StorageUnusable
from storage.plain import transaction, writer

from .ledger import LedgerUnavailable, Outcome, Record, Usage
from .ledger_chain import COLUMNS, GENESIS, Cell, Head, chained, head_after, record

FILE = "ledger.sqlite"
FLUSH_SECONDS = 0.1  # what a crash may take of the records of reads
LEAST_FREE_BYTES = 1 << 20
MOST_CITIES = 400  # of one question; SQLite takes no more than some hundreds of parameters everywhere

TABLE = """
CREATE TABLE ledger (
    sequence   INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    call       TEXT NOT NULL UNIQUE,
    home       TEXT NOT NULL,
    visited    TEXT NOT NULL,
    operation  TEXT NOT NULL,
    purpose    TEXT,
    agreement  TEXT,
    consent    TEXT,
    outcome    TEXT NOT NULL CHECK (outcome IN ('OK', 'FAILED', 'DENIED', 'UNKNOWN')),
    code       TEXT,
    latency_ms INTEGER NOT NULL,
    subject    TEXT NOT NULL,
    actor      TEXT,
    app        TEXT,
    previous   TEXT NOT NULL,
    hash       TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_of_subject ON ledger (subject);
CREATE TRIGGER ledger_keeps_records BEFORE UPDATE ON ledger BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only: no record is changed');
END;
CREATE TRIGGER ledger_loses_none BEFORE DELETE ON ledger BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only: no record is removed');
END;
"""
MIGRATIONS = Migrations("ledger", (TABLE,))
HEAD = "SELECT sequence, hash FROM ledger ORDER BY sequence DESC LIMIT 1"
INSERT = f"INSERT INTO ledger VALUES ({', '.join('?' * len(COLUMNS))}) ON CONFLICT (call) DO NOTHING"  # noqa: S608

log = structlog.get_logger("ledger")


class SqliteLedger:
    """`roaming.ledger.Ledger` over one file. Made by `opened`."""

    def __init__(self, path: Path, database: Database, group: GroupCommit[Usage]) -> None:
        self.path = path
        self._database, self._group = database, group
        self._told: str | None = None

    @classmethod
    @asynccontextmanager
    async def opened(cls, path: Path) -> AsyncIterator[Self]:
        """Opens or creates the file; leaving the block writes what still waits. Raises StorageError."""
        async with await Database.open(path, (MIGRATIONS,)) as database:
            with closing(writer(path)) as connection:

                def commit(usages: Sequence[Usage]) -> None:
                    write(connection, path, usages)

                async with GroupCommit[Usage].opened(commit, rest_seconds=FLUSH_SECONDS) as group:
                    yield cls(path, database, group)
                if group.waiting:
                    log.error("ledger_records_lost", count=group.waiting)

    def _unavailable(self, fault: StorageError) -> LedgerUnavailable:
        """The fault in the port's words; operators are told when it is new."""
        if str(fault) != self._told:
            self._told = str(fault)
            log.error("ledger_unavailable", reason=self._told, waiting=self._group.waiting)
        return LedgerUnavailable(str(fault))

    def _available(self) -> None:
        """Operators are told when writing is possible again."""
        if self._told is not None:
            self._told = None
            log.info("ledger_available")

    async def append(self, usage: Usage) -> None:
        """As the port says."""
        try:
            await self._group.append(usage)
            self._available()
        except StorageError as fault:
            raise self._unavailable(fault) from fault

    def note(self, usage: Usage) -> None:
        """As the port says."""
        try:
            self._group.note(usage)
        except StorageError as fault:
            raise self._unavailable(fault) from fault

    async def ready(self, *, write: bool) -> None:
        """As the port says. A try that follows a failed commit writes what that left behind."""
        if not write and self._group.fault is None:
            return
        try:
            await self._group.flush()
            self._available()
        except StorageError as fault:
            raise self._unavailable(fault) from fault

    async def outcome_of(self, call: str) -> Outcome | None:
        """As the port says."""
        try:
            found = await self._database.row("SELECT outcome FROM ledger WHERE call = ?", (call,))
        except StorageError as fault:
            raise self._unavailable(fault) from fault
        return Outcome(str(found["outcome"])) if found else None

    async def records_of(
        self, subject: str, *, visited: Sequence[str] | None, before: int | None, most: int
    ) -> tuple[Record, ...]:
        """As the port says. What this process has queued is written first."""
        chosen = list(dict.fromkeys(visited or ()))[:MOST_CITIES]
        conditions, values = ["subject = ?"], list[Cell]([subject])
        if before is not None:
            conditions.append("sequence < ?")
            values.append(before)
        if visited is not None:
            conditions.append(f"visited IN ({', '.join('?' * len(chosen))})")
            values += chosen
        query = f"SELECT * FROM ledger WHERE {' AND '.join(conditions)} ORDER BY sequence DESC LIMIT ?"  # noqa: S608
        try:
            await self._group.flush()
            rows = await self._database.rows(query, (*values, most))
        except StorageError as fault:
            raise self._unavailable(fault) from fault
        return tuple(record(tuple(row.values())) for row in rows)


def write(connection: sqlite3.Connection, path: Path, usages: Sequence[Usage]) -> None:
    """Append in one commit, leaving out calls that are recorded already; of none, try whether that were possible.

    Raises StorageError, and then nothing was written.
    """
    room = os.statvfs(path.parent)
    if room.f_bavail * room.f_frsize < LEAST_FREE_BYTES:
        raise StorageUnusable(f"{path}: less than {LEAST_FREE_BYTES >> 20} MiB of disk space is left")
    with transaction(connection, path):
        found = connection.execute(HEAD).fetchone()
        head = Head(*found) if found else Head(0, GENESIS)
        for usage in usages:
            row = chained(head, usage)
            if connection.execute(INSERT, row).rowcount == 1:
                head = head_after(row)
