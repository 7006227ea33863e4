"""Failures of the store. Every text names the file; none quotes a stored value.

StorageError
├── StorageUnusable         the file cannot be opened, read or written
├── StorageBusy             another writer held it for longer than we wait
├── StorageConflict         a row breaks a UNIQUE, FOREIGN KEY or CHECK rule
└── StorageMigrationError   the file was written by other migrations than ours
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StorageError(Exception):
    """Internal: the text names a path."""


class StorageUnusable(StorageError):
    pass


class StorageBusy(StorageError):
    pass


class StorageConflict(StorageError):
    pass


class StorageMigrationError(StorageError):
    pass


BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns what sqlite3 raises into our errors, naming the file."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise StorageConflict(f"{path}: {error}") from error
    except sqlite3.Error as error:
        # Extended codes carry the primary one in their lowest byte.
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in BUSY_CODES:
            raise StorageBusy(f"{path}: another process is writing to it; tried for the whole waiting time") from error
        raise StorageUnusable(f"{path}: {error}") from error
    except ValueError as error:  # aiosqlite: the connection is closed
        raise StorageUnusable(f"{path}: {error}") from error
