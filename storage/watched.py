"""Looking at an SQLite file again and again: whether anybody, in any process, has committed to it since the last look.

A look costs microseconds and takes no turn, so that it can be done at the door of every request, on the event loop itself.
"""

import sqlite3
from pathlib import Path
from typing import Self

from storage.database import Row
from storage.errors import translated

PATIENCE_SECONDS = 0.05  # readers of a WAL file hardly ever wait; the event loop must not


class Watched:
    """A file opened for reading only. Methods raise StorageError; also the first, where there is no such file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._version: int | None = None
        with translated(path):
            uri = f"{path.resolve().as_uri()}?mode=ro"
            self._connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=PATIENCE_SECONDS)
            self._connection.row_factory = sqlite3.Row

    def changed(self) -> bool:
        """Whether there was a commit since the last call; the first call always says so."""
        with translated(self.path):
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return False
        self._version = version
        return True

    def forget(self) -> None:
        """Let the next `changed` say so, whatever happens meanwhile: what was to be read could not be read."""
        self._version = None

    def rows(self, sql: str) -> tuple[Row, ...]:
        """What a query gives now."""
        with translated(self.path):
            return tuple(dict(row) for row in self._connection.execute(sql).fetchall())

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
