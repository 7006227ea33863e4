"""Mutations that happen once: what was asked under an idempotency key, and what came of it.

The key and a digest of the input are stored before a city is called, the result after it. The same key with the same input
replays the result; with another input it is a mismatch. A key whose call is still under way, or whose answer never came, is
told as such and never called again. Keys belong to one citizen; they are kept for `KEPT` from their first use.
"""

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson

from storage import Database, Migrations

KEPT = timedelta(hours=24)

MIGRATIONS = Migrations(
    "journal",
    (
        """
        CREATE TABLE journal (
            citizen TEXT NOT NULL,
            key     TEXT NOT NULL,
            input   TEXT NOT NULL,
            result  TEXT,
            at      TEXT NOT NULL,
            PRIMARY KEY (citizen, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX journal_by_age ON journal (at);
        """,
    ),
)


@dataclass(frozen=True, slots=True)
class First:
    """The key is new: go on, then `finish`."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The key was used for this very input; `result` is what came of it."""

    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The key was used for another input."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The key was used for this input and no result was ever stored: under way, or its answer never came."""


Entry = First | Replay | Mismatch | Unfinished


def input_digest(key: bytes, mutation: str, given: Mapping[str, Any]) -> str:
    """A keyed digest of one mutation's input, so that the store holds nothing of the input itself."""
    return hmac.new(
        key, mutation.encode() + b"\0" + orjson.dumps(given, option=orjson.OPT_SORT_KEYS), sha256
    ).hexdigest()


def stamp(at: datetime) -> str:
    """A moment as text that sorts by time: in UTC, always with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class Journal:
    """Every citizen's idempotency keys. Methods raise StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: dict[tuple[str, str], asyncio.Event] = {}

    async def begin(self, citizen: str, key: str, digest: str, *, at: datetime) -> Entry:
        """Take the key, or tell what became of it. Of many concurrent callers one gets First, the others wait for its end.

        Whoever gets First calls `leave` when it has ended, however it ended.
        """
        while running := self._running.get((citizen, key)):
            await running.wait()
        self._running[citizen, key] = asyncio.Event()
        entry: Entry | None = None
        try:
            entry = await self._entry(citizen, key, digest, at)
        finally:
            if not isinstance(entry, First):
                self.leave(citizen, key)
        return entry

    def leave(self, citizen: str, key: str) -> None:
        """Let the callers that wait for this key go on."""
        running = self._running.pop((citizen, key), None)
        if running is not None:
            running.set()

    async def _entry(self, citizen: str, key: str, digest: str, at: datetime) -> Entry:
        async with self._database.transaction() as transaction:
            await transaction.execute("DELETE FROM journal WHERE at < ?", (stamp(at - KEPT),))
            found = await transaction.row(
                "SELECT input, result FROM journal WHERE citizen = ? AND key = ?", (citizen, key)
            )
            if found is None:
                await transaction.execute(
                    "INSERT INTO journal VALUES (?, ?, ?, NULL, ?)", (citizen, key, digest, stamp(at))
                )
                return First()
        if found["input"] != digest:
            return Mismatch()
        return Replay(orjson.loads(str(found["result"]))) if found["result"] else Unfinished()

    async def finish(self, citizen: str, key: str, result: Mapping[str, Any]) -> None:
        """Store what came of the call; it replays from now on."""
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "UPDATE journal SET result = ? WHERE citizen = ? AND key = ?",
                (orjson.dumps(result).decode(), citizen, key),
            )

    async def release(self, citizen: str, key: str) -> None:
        """Give the key back: nothing was sent, so the same request may be made again."""
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "DELETE FROM journal WHERE citizen = ? AND key = ? AND result IS NULL", (citizen, key)
            )
