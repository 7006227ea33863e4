"""One SQLite file: one writer at a time, readers beside it.

Two connections: writes go through one, in transactions that take turns; reads go through the other and see the
last committed state (WAL), never a half-done transaction. Waiting and results are bounded.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Self

import aiosqlite

from storage.errors import BUSY_CODES, StorageBusy, StorageError, StorageUnusable, translated
from storage.migrations import Migrations, migrate
from storage.plain import WAL_PAUSE_SECONDS, WAL_TRIES

BUSY_TIMEOUT_MS = 5_000
WAL = "journal_mode = WAL"
TURN_TIMEOUT_SECONDS = 5.0
MAX_ROWS = 10_000

Value = str | bytes | int | float | None
Row = Mapping[str, Value]
Parameters = Sequence[Value] | Mapping[str, Value]


class Transaction:
    """Statements that take effect together, or not at all."""

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    async def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Runs one statement; returns the number of rows it changed. Raises StorageError."""
        with translated(self._path):
            async with self._connection.execute(sql, parameters) as cursor:
                return max(cursor.rowcount, 0)

    async def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row, or None. Raises StorageError."""
        return next(iter(await _fetched(self._connection, self._path, sql, parameters, 1)), None)

    async def rows(self, sql: str, parameters: Parameters = ()) -> tuple[Row, ...]:
        """Every row. Raises StorageError, also when there are more than MAX_ROWS."""
        return await _all(self._connection, self._path, sql, parameters)


class Database:
    """An open store. Made by `Database.open`, closed by `aclose` or by leaving `async with`."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader
        self._turn = asyncio.Lock()
        self._closed = False

    @classmethod
    async def open(cls, path: Path, migrations: Iterable[Migrations] = ()) -> Self:
        """Opens or creates the file (its folder too) and applies what is missing. Raises StorageError."""
        async with AsyncExitStack() as stack:
            with translated(path):
                _prepare(path)
                writer = await _connected(path)
                stack.push_async_callback(writer.close)
                await _configure(writer)
                await migrate(writer, path, tuple(migrations))
                reader = await _connected(path)
                stack.push_async_callback(reader.close)
                await _configure(reader)
                await reader.execute("PRAGMA query_only = ON")
                writer.row_factory = reader.row_factory = sqlite3.Row
            stack.pop_all()  # both stay open; `aclose` closes them
        return cls(path, writer, reader)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commits when the block ends, rolls back when it raises. Never nest. Raises StorageError."""
        async with self._turns():
            try:
                with translated(self.path):
                    await self._writer.execute("BEGIN IMMEDIATE")
                yield Transaction(self._writer, self.path)
                with translated(self.path):
                    await self._writer.commit()
            except BaseException:
                # Shielded: a cancelled request must not leave its half-done work to the next one.
                await asyncio.shield(self._undo())
                raise

    async def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first committed row, or None. Raises StorageError."""
        return next(iter(await _fetched(self._reader, self.path, sql, parameters, 1)), None)

    async def rows(self, sql: str, parameters: Parameters = ()) -> tuple[Row, ...]:
        """Every committed row. Raises StorageError, also when there are more than MAX_ROWS."""
        return await _all(self._reader, self.path, sql, parameters)

    async def aclose(self) -> None:
        """Waits for the running transaction, then closes. Closing twice does nothing."""
        if self._closed:
            return
        self._closed = True
        async with self._turn:
            await self._reader.close()
            await self._writer.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @asynccontextmanager
    async def _turns(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(TURN_TIMEOUT_SECONDS):
                await self._turn.acquire()
        except TimeoutError:
            raise StorageBusy(f"{self.path}: waited {TURN_TIMEOUT_SECONDS:g} s for a turn to write") from None
        try:
            yield
        finally:
            self._turn.release()

    async def _undo(self) -> None:
        with translated(self.path):
            await self._writer.rollback()


def _prepare(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StorageUnusable(f"{path}: its folder cannot be made: {error.strerror}") from error


async def _connected(path: Path) -> aiosqlite.Connection:
    connection = aiosqlite.connect(path, isolation_level=None)
    try:
        await connection
    except BaseException:
        # Its thread tells the loop that it has stopped, and the loop may end with what cannot be opened.
        await asyncio.to_thread(connection._thread.join)
        raise
    return connection


async def _configure(connection: aiosqlite.Connection) -> None:
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        WAL,
        "synchronous = FULL",  # a committed payment survives a power cut
        "foreign_keys = ON",
    ):
        # A new file changes its mode once; of processes that open it together SQLite turns some away without waiting.
        for left in reversed(range(WAL_TRIES if pragma == WAL else 1)):
            try:
                async with connection.execute(f"PRAGMA {pragma}") as cursor:
                    await cursor.fetchall()
                break
            except sqlite3.OperationalError as error:
                if not left or error.sqlite_errorcode & 0xFF not in BUSY_CODES:
                    raise
                await asyncio.sleep(WAL_PAUSE_SECONDS)


async def _all(connection: aiosqlite.Connection, path: Path, sql: str, parameters: Parameters) -> tuple[Row, ...]:
    found = await _fetched(connection, path, sql, parameters, MAX_ROWS + 1)
    if len(found) > MAX_ROWS:
        raise StorageError(f"{path}: a query gave more than {MAX_ROWS} rows; give it a LIMIT")
    return found


async def _fetched(
    connection: aiosqlite.Connection, path: Path, sql: str, parameters: Parameters, limit: int
) -> tuple[Row, ...]:
    """At most `limit` rows, read in one turn of the connection's thread.

    In several turns a request could be cancelled between them, and leave a statement half read: that would hold the
    connection to the view of that moment, and nobody would see what is written later.
    """
    with translated(path):
        # Private, since no public way is one turn and bounded.
        reading = connection._execute(_read, connection._conn, sql, parameters, limit)  # type: ignore[no-untyped-call]
        found: list[sqlite3.Row] = await reading
    return tuple(dict(row) for row in found)


def _read(connection: sqlite3.Connection, sql: str, parameters: Parameters, limit: int) -> list[sqlite3.Row]:
    with closing(connection.execute(sql, parameters)) as cursor:
        return cursor.fetchmany(limit)
