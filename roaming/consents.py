"""The citizens' separate consents, kept in the store: granted, listed, revoked. Nothing is deleted.

A consent is of one citizen towards one city, for services and claims, until a day. `citizen` is always the key under which the
store knows a citizen, never a subject.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import orjson

from storage import Database, Migrations

MAX_DAYS = 1_096  # three years: the law wants a bounded purpose, the register a bounded list

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
    ),
)


@dataclass(frozen=True, slots=True)
class Consent:
    """`provider` and `consumer` are slugs; times are aware; `revoked_at` is None while it stands."""

    id: str
    provider: str
    consumer: str
    services: tuple[str, ...]
    claims: tuple[str, ...]
    granted_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def active(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at


class Consents:
    """Every citizen's consents. Methods raise StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, citizen: str) -> tuple[Consent, ...]:
        """All of one citizen's consents, the newest first."""
        query = "SELECT * FROM consents WHERE citizen = ? ORDER BY granted_at DESC, id LIMIT 1000"
        return tuple(_consent(row) for row in await self._database.rows(query, (citizen,)))

    async def at(self, citizen: str, consent_id: str) -> Consent | None:
        """One consent of this citizen; another citizen's is as unknown as none."""
        row = await self._database.row("SELECT * FROM consents WHERE citizen = ? AND id = ?", (citizen, consent_id))
        return None if row is None else _consent(row)

    async def grant(
        self,
        citizen: str,
        *,
        provider: str,
        consumer: str,
        services: Sequence[str],
        claims: Sequence[str],
        days: int,
        at: datetime,
    ) -> Consent:
        """Record a consent for `days` days from `at`."""
        consent = Consent(
            uuid4().hex, provider, consumer, tuple(services), tuple(claims), at, at + timedelta(days=days)
        )
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "INSERT INTO consents VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                (
                    consent.id,
                    citizen,
                    provider,
                    consumer,
                    orjson.dumps(consent.services).decode(),
                    orjson.dumps(consent.claims).decode(),
                    at.isoformat(),
                    consent.expires_at.isoformat(),
                ),
            )
        return consent

    async def revoke(self, citizen: str, consent_id: str, *, at: datetime) -> Consent | None:
        """Revoke one consent; revoking again keeps the first moment. None when this citizen has no such consent."""
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "UPDATE consents SET revoked_at = ? WHERE citizen = ? AND id = ? AND revoked_at IS NULL",
                (at.isoformat(), citizen, consent_id),
            )
        return await self.at(citizen, consent_id)


def _consent(row: Mapping[str, object]) -> Consent:
    revoked = row["revoked_at"]
    return Consent(
        id=str(row["id"]),
        provider=str(row["provider"]),
        consumer=str(row["consumer"]),
        services=tuple(orjson.loads(str(row["services"]))),
        claims=tuple(orjson.loads(str(row["claims"]))),
        granted_at=datetime.fromisoformat(str(row["granted_at"])),
        expires_at=datetime.fromisoformat(str(row["expires_at"])),
        revoked_at=datetime.fromisoformat(str(revoked)) if revoked else None,
    )
