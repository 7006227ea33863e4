"""Which cities a citizen's account is linked to, kept in the store.

The citizen is stored as an HMAC of issuer and subject, so the file names nobody without the key.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from schema.codes import AccountState
from storage import Database, Migrations

MIN_KEY_BYTES = 32

MIGRATIONS = Migrations(
    "identity",
    (
        """
        CREATE TABLE links (
            citizen    TEXT NOT NULL,
            city       TEXT NOT NULL,
            state      TEXT NOT NULL CHECK (state IN ('LINKED', 'NOT_LINKED', 'NEEDS_REAUTH', 'SUSPENDED', 'CONFLICT')),
            linked_at  TEXT,
            changed_at TEXT NOT NULL,
            PRIMARY KEY (citizen, city)
        ) STRICT, WITHOUT ROWID;
        """,
    ),
)


@dataclass(frozen=True, slots=True)
class Link:
    """`city` is a GB code; `linked_at` is None unless the account was ever linked; times are aware."""

    city: str
    state: AccountState
    linked_at: datetime | None
    changed_at: datetime


class WeakLinkKey(ValueError):
    """The key for citizens' names in the store is shorter than 32 bytes."""


def citizen_key(key: bytes, issuer: str, subject: str) -> str:
    """Returns 43 characters of unpadded base64url that stand for a citizen in the store. Raises WeakLinkKey."""
    if len(key) < MIN_KEY_BYTES:
        raise WeakLinkKey(f"the link key has {len(key)} bytes; it needs at least {MIN_KEY_BYTES}")
    digest = hmac.new(key, f"link\0{issuer}|{subject}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


class Links:
    """The links of every citizen. `citizen` is always a `citizen_key`. Every method raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, citizen: str) -> Mapping[str, Link]:
        """Every recorded link of one citizen, by city, in the order of codes."""
        query = "SELECT city, state, linked_at, changed_at FROM links WHERE citizen = ? ORDER BY city"
        found = [_link(row) for row in await self._database.rows(query, (citizen,))]
        return {link.city: link for link in found}

    async def at(self, citizen: str, city: str) -> Link | None:
        """One link, or None when nothing was ever recorded."""
        query = "SELECT city, state, linked_at, changed_at FROM links WHERE citizen = ? AND city = ?"
        row = await self._database.row(query, (citizen, city))
        return None if row is None else _link(row)

    async def record(
        self, citizen: str, city: str, state: AccountState, *, at: datetime, linked_at: datetime | None = None
    ) -> Link:
        """Sets one link. `linked_at` is when the city linked it, by default `at` for LINKED; else the old one stays."""
        first = linked_at or (at if state is AccountState.LINKED else None)
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "INSERT INTO links (citizen, city, state, linked_at, changed_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (citizen, city) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at, "
                "linked_at = coalesce(excluded.linked_at, links.linked_at)",
                (citizen, city, state.value, first.isoformat() if first else None, at.isoformat()),
            )
        return await self._recorded(citizen, city)

    async def seed(self, citizen: str, cities: tuple[str, ...], at: datetime) -> None:
        """Records LINKED where nothing was ever recorded; what is recorded stays."""
        async with self._database.transaction() as transaction:
            for city in cities:
                await transaction.execute(
                    "INSERT INTO links (citizen, city, state, linked_at, changed_at) VALUES (?, ?, 'LINKED', ?, ?) "
                    "ON CONFLICT (citizen, city) DO NOTHING",
                    (citizen, city, at.isoformat(), at.isoformat()),
                )

    async def _recorded(self, citizen: str, city: str) -> Link:
        link = await self.at(citizen, city)
        if link is None:  # only a second writer that deletes could do this, and nothing deletes links
            raise LookupError(f"the link to {city} vanished while it was written")
        return link


def _link(row: Mapping[str, object]) -> Link:
    linked = row["linked_at"]
    return Link(
        city=str(row["city"]),
        state=AccountState(str(row["state"])),
        linked_at=datetime.fromisoformat(linked) if isinstance(linked, str) else None,
        changed_at=datetime.fromisoformat(str(row["changed_at"])),
    )
