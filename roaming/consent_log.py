"""The record of consents: events that are only ever added, each bound to the one before by its digest.

An event says that a consent was granted, revoked or superseded. Nothing is changed or deleted: the table's triggers refuse it,
and `verify_consents` finds who did it all the same. The texts that citizens saw are kept beside it, each under its own digest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import orjson

from storage import Database, Migrations
from storage.database import Transaction

from .terms import version_of

GENESIS = "0" * 64  # the digest before the first event
CHUNK = 5_000  # rows of one reading
# As bytes: a damaged byte must be found, not stumble over the reading.
EVENTS = """
SELECT number, CAST(at AS BLOB) AS at, CAST(kind AS BLOB) AS kind, CAST(consent AS BLOB) AS consent,
       CAST(citizen AS BLOB) AS citizen, CAST(body AS BLOB) AS body, CAST(previous AS BLOB) AS previous,
       CAST(digest AS BLOB) AS digest
FROM consent_events WHERE number > ? ORDER BY number LIMIT ?
"""
TEXTS = """
SELECT CAST(version AS BLOB) AS version, CAST(body AS BLOB) AS body
FROM consent_texts WHERE version > ? ORDER BY version LIMIT ?
"""

MIGRATIONS = Migrations(
    "consents",
    (
        """
        CREATE TABLE consents (
            id         TEXT PRIMARY KEY,
            citizen    TEXT NOT NULL,
            provider   TEXT NOT NULL,
            consumer   TEXT NOT NULL,
            services   TEXT NOT NULL,
            claims     TEXT NOT NULL,
            granted_at TEXT NOT NULL,
            expires_at TEXT NOT NULL,
            revoked_at TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX consents_of ON consents (citizen, granted_at);
        """,
        # AUTOINCREMENT remembers the last number, so that events missing at the end are found too.
        """
        CREATE TABLE consent_events (
            number   INTEGER PRIMARY KEY AUTOINCREMENT,
            at       TEXT NOT NULL,
            kind     TEXT NOT NULL CHECK (kind IN ('GRANTED', 'REVOKED', 'SUPERSEDED')),
            consent  TEXT NOT NULL,
            citizen  TEXT NOT NULL,
            body     TEXT NOT NULL,
            previous TEXT NOT NULL,
            digest   TEXT NOT NULL
        ) STRICT;
        CREATE INDEX consent_events_of ON consent_events (citizen, number);
        CREATE UNIQUE INDEX consent_events_once ON consent_events (consent, kind);
        CREATE TABLE consent_texts (
            version TEXT PRIMARY KEY,
            body    TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER consent_events_stay BEFORE UPDATE ON consent_events
            BEGIN SELECT RAISE(ABORT, 'events of consents are never changed'); END;
        CREATE TRIGGER consent_events_last BEFORE DELETE ON consent_events
            BEGIN SELECT RAISE(ABORT, 'events of consents are never deleted'); END;
        CREATE TRIGGER consent_texts_stay BEFORE UPDATE ON consent_texts
            BEGIN SELECT RAISE(ABORT, 'texts of consents are never changed'); END;
        CREATE TRIGGER consent_texts_last BEFORE DELETE ON consent_texts
            BEGIN SELECT RAISE(ABORT, 'texts of consents are never deleted'); END;
        ALTER TABLE consents RENAME TO consents_before_events;
        """,
    ),
)


@dataclass(frozen=True, slots=True)
class Event:
    """One event, `at` in ISO 8601; `body` is JSON: the terms of a grant, or which consent took this one's place."""

    kind: str
    at: str
    consent: str
    citizen: str
    body: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found. `number`: of the first bad event; None where all is well or a text is bad."""

    events: int
    number: int | None = None
    problem: str | None = None

    @property
    def intact(self) -> bool:
        return self.problem is None


def digest_of(number: int, event: Event, previous: str) -> str:
    """64 hex digits over everything that an event says, its number and the digest before it."""
    said = [previous, number, event.kind, event.at, event.consent, event.citizen, event.body]
    return sha256(orjson.dumps(said)).hexdigest()


def untouched(row: Mapping[str, object]) -> bool:
    """Is one event as it was written? Whether it is at its place, `verify_consents` says."""
    event = Event(*(str(row[name]) for name in ("kind", "at", "consent", "citizen", "body")))
    return row["digest"] == digest_of(int(str(row["number"])), event, str(row["previous"]))


async def append(transaction: Transaction, *events: Event) -> None:
    """Add events at the end of the record. Raises StorageError, StorageConflict for what was recorded already."""
    last = await transaction.row("SELECT number, digest FROM consent_events ORDER BY number DESC LIMIT 1")
    gone = await transaction.row("SELECT seq FROM sqlite_sequence WHERE name = 'consent_events'")
    number, previous = (int(str(last["number"])), str(last["digest"])) if last else (0, GENESIS)
    number = max(number, int(str(gone["seq"])) if gone else 0)  # a gap stays a gap, for `verify_consents` to tell
    for place, event in enumerate(events, start=number + 1):
        digest = digest_of(place, event, previous)
        values = (place, event.at, event.kind, event.consent, event.citizen, event.body, previous, digest)
        await transaction.execute("INSERT INTO consent_events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        previous = digest


async def keep_text(transaction: Transaction, version: str, shown: bytes) -> None:
    """Keep a text as it was shown; the same text is kept once."""
    sql = "INSERT INTO consent_texts VALUES (?, ?) ON CONFLICT (version) DO NOTHING"
    await transaction.execute(sql, (version, shown.decode()))


async def verify_consents(database: Database) -> Verdict:
    """Read the whole record and every text; name the first event that is not as it was written. Raises StorageError."""
    texts = await _texts(database)
    for version, shown in texts.items():
        if version_of(shown.encode()) != version:
            return Verdict(0, problem=f"the text {version} is not the one that was shown")
    number, previous = 0, GENESIS
    while rows := await database.rows(EVENTS, (number, CHUNK)):
        for row in rows:
            told = {name: _text(value) for name, value in row.items()}
            if problem := _problem(told, number + 1, previous, texts):
                return Verdict(number, number + 1, problem)
            number, previous = number + 1, told["digest"]
    last = await database.row("SELECT seq FROM sqlite_sequence WHERE name = 'consent_events'")
    if last and int(str(last["seq"])) > number:
        return Verdict(number, number + 1, f"missing: {int(str(last['seq']))} events were recorded")
    return Verdict(number)


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _problem(row: Mapping[str, str], expected: int, previous: str, texts: Mapping[str, str]) -> str | None:
    """What is wrong with the event that should stand at `expected`."""
    event = Event(*(row[name] for name in ("kind", "at", "consent", "citizen", "body")))
    if row["number"] != str(expected):
        return "missing, or out of its order"
    if row["previous"] != previous:
        return "does not follow the event before it"
    if row["digest"] != digest_of(expected, event, previous):
        return "changed after it was written"
    version = orjson.loads(event.body).get("version")
    return f"its text {version} is missing" if version and version not in texts else None


async def _texts(database: Database) -> dict[str, str]:
    """Every text that was kept, by its version, read in parts."""
    found: dict[str, str] = {}
    while rows := await database.rows(TEXTS, (max(found, default=""), CHUNK)):
        found |= {_text(row["version"]): _text(row["body"]) for row in rows}
    return found
