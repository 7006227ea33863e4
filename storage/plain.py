"""One SQLite file without an event loop: for a thread that does nothing but write it, and for commands that read it through."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from storage.errors import BUSY_CODES, StorageUnusable, translated

WRITER_BUSY_MS = 2_000  # less than a request has: it is told that the file is locked, and not only that time is up
WAL_TRIES, WAL_PAUSE_SECONDS = 100, 0.02


def writer(path: Path) -> sqlite3.Connection:
    """A connection that makes every commit durable, for any one thread. Raises StorageError."""
    with translated(path):
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=32)
        connection.execute(f"PRAGMA busy_timeout = {WRITER_BUSY_MS}")
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """A new file changes its mode once; of processes that open it together SQLite turns some away without waiting."""
    for left in reversed(range(WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            return
        except sqlite3.OperationalError as error:
            if not left or error.sqlite_errorcode & 0xFF not in BUSY_CODES:
                raise
            time.sleep(WAL_PAUSE_SECONDS)


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Commit when the block ends, roll back when it raises. Raises StorageError."""
    with translated(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def reader(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as it stands now, for reading only, while others may write it. Raises StorageUnusable: there is none."""
    if not path.is_file():
        raise StorageUnusable(f"{path}: there is no such file")
    with translated(path):
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    with closing(connection):
        yield connection
