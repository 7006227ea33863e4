"""The SQLite store of one sandbox city: state that survives a restart.

Rules: one connection, used from the server's event loop only; each call is short. What a city keeps:
- names: under which names (pairwise id, phone, identity number) a citizen is known, and since when that name is bound;
- rows: any record (`kind`, `id`) with its owner, a rank that orders lists (rank desc, id asc) and a JSON body;
- requests: answers by request number, so that a repeated write is replayed and never acts twice; how often is counted;
- nonces: numbers used once, until they would be too old anyway.
Deliberately not here: what a bill or a case means.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

Body = dict[str, Any]
BUSY_MS = 1000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS names (name TEXT PRIMARY KEY, citizen TEXT NOT NULL, bound_at TEXT);
CREATE TABLE IF NOT EXISTS rows (
  kind TEXT NOT NULL, id TEXT NOT NULL, owner TEXT NOT NULL, rank TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (kind, id));
CREATE INDEX IF NOT EXISTS rows_by_owner ON rows (kind, owner, rank DESC, id ASC);
CREATE TABLE IF NOT EXISTS requests (
  operation TEXT NOT NULL, number TEXT NOT NULL, content TEXT NOT NULL, answer BLOB NOT NULL,
  PRIMARY KEY (operation, number));
CREATE TABLE IF NOT EXISTS replays (
  operation TEXT NOT NULL, number TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (operation, number));
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, expires_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS nonces_by_end ON nonces (expires_at);
"""


class KeyReused(Exception):
    """A request number came back with other content."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: `rank` sorts lists (descending), `body` is the city's own record as JSON values."""

    kind: str
    id: str
    owner: str
    rank: str
    body: Body


class Store:
    """One city's records.  Raises sqlite3.Error when the file cannot be opened or written."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")  # a killed process loses nothing; only a power cut could
        self.wait(BUSY_MS)
        self._db.executescript(_SCHEMA)
        self._depth = 0

    def wait(self, milliseconds: int) -> None:
        """How long a call waits for another process that holds the file, before sqlite3.OperationalError."""
        self._db.execute(f"PRAGMA busy_timeout={int(milliseconds)}")

    def close(self) -> None:
        """Close the file; the store cannot be used after."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an exception rolls back.  Nests: the outermost one commits."""
        if self._depth:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        else:
            self._db.execute("COMMIT")
        finally:
            self._depth = 0

    # names

    def introduce(self, name: str, citizen: str, bound_at: str | None) -> None:
        """Seed a name of a citizen (`bound_at` None: known, not bound yet).  A name that exists is left as it is."""
        self._db.execute("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", (name, citizen, bound_at))

    def citizen(self, name: str) -> str | None:
        """The citizen bound under this name, or None."""
        found = self.acquaintance(name)
        return found[0] if found and found[1] else None

    def acquaintance(self, name: str) -> tuple[str, str | None] | None:
        """(citizen, bound_at or None) for a name that the city has heard of, else None."""
        row = self._db.execute("SELECT citizen, bound_at FROM names WHERE name = ?", (name,)).fetchone()
        return None if row is None else (str(row[0]), row[1])

    def bind(self, name: str, citizen: str, at: str) -> str:
        """Bind a name (once) and return since when it is bound."""
        self._db.execute(
            "INSERT INTO names VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET bound_at = coalesce(bound_at, excluded.bound_at)",
            (name, citizen, at),
        )
        bound_at: str = self._db.execute("SELECT bound_at FROM names WHERE name = ?", (name,)).fetchone()[0]
        return bound_at

    # rows

    def seed(self, row: Row) -> None:
        """Insert a record unless its id exists: what citizens did stays done across restarts."""
        self._db.execute("INSERT OR IGNORE INTO rows VALUES (?, ?, ?, ?, ?)", _columns(row))

    def save(self, row: Row) -> None:
        """Insert or replace a record."""
        self._db.execute("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)", _columns(row))

    def row(self, kind: str, id_: str) -> Row | None:
        """One record by id, or None."""
        found = self._db.execute("SELECT kind, id, owner, rank, body FROM rows WHERE kind = ? AND id = ?", (kind, id_))
        row = found.fetchone()
        return None if row is None else _row(row)

    def rows(self, kind: str, owner: str) -> list[Row]:
        """All records of an owner, by rank descending, then id ascending.  Public records have the owner `""`."""
        found = self._db.execute(
            "SELECT kind, id, owner, rank, body FROM rows WHERE kind = ? AND owner = ? ORDER BY rank DESC, id ASC",
            (kind, owner),
        )
        return [_row(row) for row in found]

    def count(self, kind: str, owner: str) -> int:
        """How many records an owner has."""
        found = self._db.execute("SELECT count(*) FROM rows WHERE kind = ? AND owner = ?", (kind, owner)).fetchone()
        return int(found[0])

    # requests and nonces

    def once(self, operation: str, number: str, content: object, act: Callable[[], Body]) -> Body:
        """Act once for a request number; the same number and content gives the first answer again.

        `act` runs in the same transaction as the record of its answer; when it raises, nothing is kept and the
        number is free again.  Raises KeyReused: the number was used with other content.
        """
        digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
        with self.transaction():
            query = "SELECT content, answer FROM requests WHERE operation = ? AND number = ?"
            known = self._db.execute(query, (operation, number)).fetchone()
            if known is None:
                answer = act()
                record = (operation, number, digest, orjson.dumps(answer))
                self._db.execute("INSERT INTO requests VALUES (?, ?, ?, ?)", record)
                return answer
            if known[0] != digest:
                raise KeyReused(number)
            self._db.execute(
                "INSERT INTO replays VALUES (?, ?, 1) ON CONFLICT (operation, number) DO UPDATE SET times = times + 1",
                (operation, number),
            )
            replayed: Body = orjson.loads(known[1])
            return replayed

    def answered(self, operation: str, number: str) -> Body | None:
        """What was answered under a request number; None: nothing was done under it."""
        query = "SELECT answer FROM requests WHERE operation = ? AND number = ?"
        known = self._db.execute(query, (operation, number)).fetchone()
        answer: Body | None = orjson.loads(known[0]) if known else None
        return answer

    def refuse(self, operation: str, number: str, code: str) -> None:
        """Remember why a request was refused, for those who ask about it later; the number stays free."""
        self.save(Row("refusal", f"{operation} {number}", "", "", {"code": code}))

    def refusal(self, operation: str, number: str) -> str | None:
        """The code of the last refusal under a request number, or None."""
        row = self.row("refusal", f"{operation} {number}")
        return str(row.body["code"]) if row else None

    def spend(self, nonce: str, now: float, expires_at: float) -> bool:
        """True when the nonce was not used before (it is now); times are epoch seconds."""
        self._db.execute("DELETE FROM nonces WHERE expires_at < ?", (now,))
        spent = self._db.execute("INSERT OR IGNORE INTO nonces VALUES (?, ?)", (nonce, expires_at))
        return spent.rowcount == 1


def _columns(row: Row) -> tuple[str, str, str, str, bytes]:
    return row.kind, row.id, row.owner, row.rank, orjson.dumps(row.body)


def _row(columns: tuple[str, str, str, str, bytes]) -> Row:
    return Row(*columns[:4], orjson.loads(columns[4]))
