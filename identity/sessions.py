"""Browsers' sessions, kept in the store: the browser holds an opaque id, the tokens stay here, sealed.

The id is stored as a hash, so that the file lets nobody in. A session ends when it was idle too long, when it is too
old, or when its citizen says so; ids are never reused, and every sign-in gets a new one. Time is passed.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from identity.seal import BrokenSeal, Sealer
from storage import Database, Migrations, StorageConflict

ID_BYTES = 32
PURPOSE = "session"
TOUCH_EVERY = timedelta(seconds=60)
ANSWER_LIFETIME = timedelta(minutes=10)

MIGRATIONS = Migrations(
    "sessions",
    (
        """
        CREATE TABLE sessions (
            id        TEXT PRIMARY KEY,
            sealed    TEXT NOT NULL,
            opened_at REAL NOT NULL,
            seen_at   REAL NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sessions_opened ON sessions (opened_at);
        CREATE TABLE answered_sign_ins (
            state       TEXT PRIMARY KEY,
            answered_at REAL NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
    ),
)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session may live at all, and without being used."""

    absolute: timedelta = timedelta(hours=8)
    idle: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's citizen. `key` names it in the store, `csrf` proves that a page of ours sends a request.

    None of the texts is ever printed or logged. `refresh` is empty where the provider gave none.
    """

    key: str = field(repr=False)
    token: str = field(repr=False)
    refresh: str = field(repr=False)
    csrf: str = field(repr=False)
    issuer: str
    opened_at: datetime
    seen_at: datetime


class Sessions:
    """The sessions of every browser. Every method raises StorageError."""

    def __init__(self, database: Database, sealer: Sealer, lifetimes: Lifetimes) -> None:
        self._database = database
        self._sealer = sealer
        self.lifetimes = lifetimes

    async def open(self, issuer: str, token: str, refresh: str, now: datetime) -> tuple[str, Session]:
        """A new session and its id, 43 characters of base64url that go to the browser and are not kept here."""
        text = secrets.token_urlsafe(ID_BYTES)
        session = Session(_hashed(text), token, refresh, secrets.token_urlsafe(ID_BYTES), issuer, now, now)
        oldest = (now - self.lifetimes.absolute).timestamp()
        async with self._database.transaction() as transaction:
            await transaction.execute("DELETE FROM sessions WHERE opened_at <= ?", (oldest,))
            await transaction.execute(
                "INSERT INTO sessions (id, sealed, opened_at, seen_at) VALUES (?, ?, ?, ?)",
                (session.key, self._sealed(session), now.timestamp(), now.timestamp()),
            )
        return text, session

    async def find(self, text: str, now: datetime) -> Session | None:
        """The session of a browser's id while it lives; a use is written down once a minute."""
        session = await self.at(_hashed(text))
        if session is None or now >= self.ends_at(session):
            return None
        if now - session.seen_at >= TOUCH_EVERY:
            async with self._database.transaction() as transaction:
                await transaction.execute(
                    "UPDATE sessions SET seen_at = ? WHERE id = ?", (now.timestamp(), session.key)
                )
        return session

    async def at(self, key: str) -> Session | None:
        """The session under a key, alive or not; None when there is none or its seal is broken."""
        query = "SELECT sealed, opened_at, seen_at FROM sessions WHERE id = ?"
        row = await self._database.row(query, (key,))
        try:
            held = json.loads(self._sealer.open(PURPOSE, key, str(row["sealed"]))) if row else None
        except BrokenSeal:
            return None
        if row is None or held is None:
            return None
        opened, seen = (datetime.fromtimestamp(float(str(row[name])), UTC) for name in ("opened_at", "seen_at"))
        return Session(key, held["token"], held["refresh"], held["csrf"], held["issuer"], opened, seen)

    async def renew(self, session: Session, token: str, refresh: str) -> Session:
        """The same session with other tokens."""
        renewed = replace(session, token=token, refresh=refresh)
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "UPDATE sessions SET sealed = ? WHERE id = ?", (self._sealed(renewed), session.key)
            )
        return renewed

    async def end(self, key: str) -> None:
        """Ends one; ending one that is not there does nothing."""
        async with self._database.transaction() as transaction:
            await transaction.execute("DELETE FROM sessions WHERE id = ?", (key,))

    def ends_at(self, session: Session) -> datetime:
        """When it ends if it is not used again."""
        return min(session.opened_at + self.lifetimes.absolute, session.seen_at + self.lifetimes.idle)

    async def answer_once(self, state: str, now: datetime) -> bool:
        """True the first time that a provider's answer with this state comes, whichever worker it comes to."""
        oldest = (now - 2 * ANSWER_LIFETIME).timestamp()
        try:
            async with self._database.transaction() as transaction:
                await transaction.execute("DELETE FROM answered_sign_ins WHERE answered_at < ?", (oldest,))
                await transaction.execute(
                    "INSERT INTO answered_sign_ins (state, answered_at) VALUES (?, ?)",
                    (_hashed(state), now.timestamp()),
                )
        except StorageConflict:
            return False
        return True

    def _sealed(self, session: Session) -> str:
        held = {"token": session.token, "refresh": session.refresh, "csrf": session.csrf, "issuer": session.issuer}
        return self._sealer.seal(PURPOSE, session.key, json.dumps(held).encode())


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
