"""Mutations that happen once: what was asked under an idempotency key, and what came of it.

An entry goes through states, each durable before the next step is taken:

    BEGUN    the key and a digest of the input are stored; no city has been called. A crash here: surely not sent.
    SENT     written before the call leaves. A crash here: nobody knows.
    UNKNOWN  the call ended without a proper answer. `unsettled` asks until it is known, or a person settles it.
    DONE     the result is stored, and replays.

Given back (`release`, or settled as not done) means: no entry, the key is free. A key belongs to one citizen, an entry to one
worker for the time of its lease: after a crash another worker takes it over, and a worker that was overtaken can no longer send.
Results are kept for `KEPT` from the key's first use; what is not settled is kept until it is.
"""

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import orjson

from storage import Database, Migrations, Transaction

KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=20)  # of an entry that is BEGUN: longer than a request may take before it sends
LOOK_AGAIN_SECONDS = 0.1

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
        """
        ALTER TABLE journal ADD COLUMN state TEXT NOT NULL DEFAULT 'UNKNOWN';
        ALTER TABLE journal ADD COLUMN number TEXT NOT NULL DEFAULT '';
        ALTER TABLE journal ADD COLUMN mutation TEXT NOT NULL DEFAULT '';
        ALTER TABLE journal ADD COLUMN city TEXT NOT NULL DEFAULT '';
        ALTER TABLE journal ADD COLUMN request TEXT;
        ALTER TABLE journal ADD COLUMN sent_at TEXT NOT NULL DEFAULT '';
        ALTER TABLE journal ADD COLUMN worker TEXT NOT NULL DEFAULT '';
        ALTER TABLE journal ADD COLUMN lease TEXT NOT NULL DEFAULT '';
        ALTER TABLE journal ADD COLUMN due TEXT NOT NULL DEFAULT '';
        ALTER TABLE journal ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
        UPDATE journal SET state = 'DONE' WHERE result IS NOT NULL;
        CREATE INDEX journal_open ON journal (state, due) WHERE state != 'DONE';
        CREATE TABLE journal_settlements (
            number   TEXT NOT NULL,
            citizen  TEXT NOT NULL,
            mutation TEXT NOT NULL,
            city     TEXT NOT NULL,
            decision TEXT NOT NULL,
            reason   TEXT NOT NULL,
            settler  TEXT NOT NULL,
            at       TEXT NOT NULL
        ) STRICT;
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
    """The key was used for this input and what came of it is not known (yet)."""


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
    """Every citizen's idempotency keys, as one worker sees them. Methods raise StorageError."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.worker = uuid4().hex
        self._running: dict[tuple[str, str], asyncio.Event] = {}
        self._sent: set[tuple[str, str]] = set()

    async def begin(
        self,
        citizen: str,
        key: str,
        digest: str,
        *,
        at: datetime,
        mutation: str = "",
        number: str = "",
        patience_seconds: float = 0.0,
    ) -> Entry:
        """Take the key, or tell what became of it. Of many concurrent callers one gets First, the others wait for its end.

        Whoever gets First calls `leave` when it has ended, however it ended. An entry that another worker has under way is
        waited for as long as `patience_seconds`.
        """
        while running := self._running.get((citizen, key)):
            await running.wait()
        self._running[citizen, key] = asyncio.Event()
        entry: Entry | None = None
        waited = 0.0
        try:
            while True:
                moment = at + timedelta(seconds=waited)
                entry = await self._entry(citizen, key, digest, moment, mutation, number)
                if entry is not None or waited >= patience_seconds:
                    break
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
                waited += LOOK_AGAIN_SECONDS
        finally:
            if not isinstance(entry, First):
                self.leave(citizen, key)
        return entry or Unfinished()

    def leave(self, citizen: str, key: str, number: str = "") -> None:
        """Let the callers that wait for this key go on."""
        self._sent.discard((citizen, number))
        running = self._running.pop((citizen, key), None)
        if running is not None:
            running.set()

    async def _entry(
        self, citizen: str, key: str, digest: str, at: datetime, mutation: str, number: str
    ) -> Entry | None:
        """None: another worker has it under way."""
        async with self.database.transaction() as transaction:
            await transaction.execute(
                "DELETE FROM journal WHERE at < ? AND (state = 'DONE' OR number = '')", (stamp(at - KEPT),)
            )
            found = await transaction.row(
                "SELECT input, result, state, lease FROM journal WHERE citizen = ? AND key = ?", (citizen, key)
            )
            held = found is not None and str(found["lease"]) > stamp(at)
            if found is None or (found["state"] == "BEGUN" and not held):
                await self._take(transaction, (citizen, key, digest, mutation, number), at)
                return First()
        if found["input"] != digest:
            return Mismatch()
        if found["state"] == "DONE":
            return Replay(orjson.loads(str(found["result"])))
        return None if held and found["state"] != "UNKNOWN" else Unfinished()

    async def _take(self, transaction: Transaction, entry: tuple[str, str, str, str, str], at: datetime) -> None:
        await transaction.execute(
            "INSERT OR REPLACE INTO journal (citizen, key, input, mutation, number, at, state, worker, lease)"
            " VALUES (?, ?, ?, ?, ?, ?, 'BEGUN', ?, ?)",
            (*entry, stamp(at), self.worker, stamp(at + LEASE)),
        )

    async def send(self, citizen: str, number: str, *, city: str, request: str, at: datetime, lease: timedelta) -> bool:
        """Write down that the call is about to leave. Returns: False where the key was taken over meanwhile: do not send.

        `number`: the request number that the city sees. `request`: sealed, what is needed to ask the city about it later.
        """
        async with self.database.transaction() as transaction:
            changed = await transaction.execute(
                "UPDATE journal SET state = 'SENT', city = ?, request = ?, sent_at = ?, lease = ?"
                " WHERE citizen = ? AND number = ? AND worker = ? AND state IN ('BEGUN', 'SENT')",
                (city, request, stamp(at), stamp(at + lease), citizen, number, self.worker),
            )
        if changed:
            self._sent.add((citizen, number))
        return changed == 1

    def was_sent(self, citizen: str, number: str) -> bool:
        """May this number have reached its city? Asked by whoever runs the mutation, before `leave`."""
        return (citizen, number) in self._sent

    async def sent_since(self, citizen: str, city: str, moment: datetime) -> bool:
        """Was anything sent to the city for the citizen since then, by whichever worker? Of a time before KEPT nothing is known."""
        found = await self.database.row(
            "SELECT 1 FROM journal WHERE citizen = ? AND city = ? AND sent_at >= ? LIMIT 1",
            (citizen, city, stamp(moment)),
        )
        return found is not None

    async def finish(self, citizen: str, key: str, result: Mapping[str, Any]) -> None:
        """Store what came of the call; it replays from now on."""
        async with self.database.transaction() as transaction:
            await transaction.execute(
                "UPDATE journal SET result = ?, state = 'DONE', request = NULL, lease = '', due = ''"
                " WHERE citizen = ? AND key = ? AND state != 'DONE'",
                (orjson.dumps(result).decode(), citizen, key),
            )

    async def lose(self, citizen: str, key: str, *, due: datetime) -> None:
        """No proper answer came: the city is asked about it from `due` on."""
        async with self.database.transaction() as transaction:
            await transaction.execute(
                "UPDATE journal SET state = 'UNKNOWN', lease = '', due = ?"
                " WHERE citizen = ? AND key = ? AND worker = ? AND state IN ('BEGUN', 'SENT')",
                (stamp(due), citizen, key, self.worker),
            )

    async def release(self, citizen: str, key: str) -> None:
        """Give the key back: nothing was sent, or it was refused, so the same request may be made again."""
        async with self.database.transaction() as transaction:
            await transaction.execute(
                "DELETE FROM journal WHERE citizen = ? AND key = ? AND worker = ? AND state IN ('BEGUN', 'SENT')",
                (citizen, key, self.worker),
            )
