"""The citizens' separate consents: granted, superseded, revoked, expired; each as it follows from its recorded events.

A consent is of one citizen towards one city, for services and claims under one text, until a day. `citizen` is always the key
under which the store knows a citizen, never a subject. For every service the citizen's latest consent that names it counts, and
no earlier one: who gives a narrower consent, or takes the latest back, is not held to an older.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Self
from uuid import uuid4

import orjson

from schema.codes import ConsentState
from storage import Database, StorageUnusable
from storage.database import Transaction

from .consent_log import MIGRATIONS, Event, append, keep_text, untouched
from .terms import Terms
from .withdrawals import Withdrawals

MAX_DAYS = 1_096  # three years: the law wants a bounded purpose, the register a bounded list
RECENT = 2_000  # events of one citizen that are looked at; an older consent counts as none
EVENTS_OF = """
SELECT * FROM consent_events WHERE citizen = ? ORDER BY number DESC LIMIT ?
"""
KIND_STATES = {"REVOKED": ConsentState.REVOKED, "SUPERSEDED": ConsentState.SUPERSEDED}


@dataclass(frozen=True, slots=True)
class Consent:
    """`provider` and `consumer` are slugs; times are aware.

    `version`: of the text that the citizen saw; None for one of an early form that had no text, which is superseded.
    `purposes`: by service, as the text said. `ended_at`: when it was revoked or superseded; None while it stands.
    """

    id: str
    provider: str
    consumer: str
    services: tuple[str, ...]
    claims: tuple[str, ...]
    granted_at: datetime
    expires_at: datetime
    version: str | None = None
    purposes: Mapping[str, str] | None = None
    ended: ConsentState | None = None
    ended_at: datetime | None = None
    ended_by: int = field(default=0, compare=False, repr=False)  # the number of the event that ended it

    @property
    def revoked_at(self) -> datetime | None:
        return self.ended_at if self.ended is ConsentState.REVOKED else None

    def state(self, at: datetime) -> ConsentState:
        """As it stands at that moment."""
        if self.ended is not None:
            return self.ended
        return ConsentState.GRANTED if at < self.expires_at else ConsentState.EXPIRED

    def active(self, at: datetime) -> bool:
        return self.state(at) is ConsentState.GRANTED


class Consents:
    """Every citizen's consents. Methods raise StorageError. `withdrawals` hears what is taken back here."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.withdrawals = Withdrawals(database)

    @classmethod
    async def opened(cls, database: Database, *, at: datetime) -> Self:
        """The consents of a store, those of an earlier version taken over. Raises: StorageError."""
        consents = cls(database)
        await consents.adopt(at=at)
        return consents

    async def of(self, citizen: str) -> tuple[Consent, ...]:
        """One citizen's consents, the newest first."""
        rows = await self._database.rows(EVENTS_OF, (citizen, RECENT))
        return folded(reversed(rows))

    async def at(self, citizen: str, consent_id: str) -> Consent | None:
        """One consent of this citizen; another citizen's is as unknown as none."""
        return await _one(self._database, citizen, consent_id)

    async def texts(self, versions: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """The texts that were shown, by version: recipient, contact, purpose, method, kinds, text."""
        wanted = orjson.dumps(list(dict.fromkeys(versions))).decode()
        query = "SELECT * FROM consent_texts WHERE version IN (SELECT value FROM json_each(?))"
        return {
            str(row["version"]): orjson.loads(str(row["body"])) for row in await self._database.rows(query, (wanted,))
        }

    async def grant(self, citizen: str, terms: Terms, *, days: int, at: datetime, number: str | None = None) -> Consent:
        """Record a consent to `terms` for `days` days from `at`; what it covers wholly is superseded.

        `number`: of the request, where it must be recorded once only however often it comes.
        """
        consent = Consent(
            id=uuid4().hex if number is None else sha256(f"consent {number}".encode()).hexdigest()[:32],
            provider=terms.provider,
            consumer=terms.consumer,
            services=terms.services,
            claims=terms.claims,
            granted_at=at,
            expires_at=at + timedelta(days=days),
            version=terms.version,
            purposes={each.code: each.purpose for each in terms.named},
        )
        async with self._database.transaction() as transaction:
            if known := await _one(transaction, citizen, consent.id):
                return known
            covered = [old for old in await _held(transaction, citizen) if old.active(at) and covers(consent, old)]
            await keep_text(transaction, terms.version, terms.shown())
            granted = Event("GRANTED", at.isoformat(), consent.id, citizen, _body(consent))
            by = orjson.dumps({"by": consent.id}).decode()
            ended = [Event("SUPERSEDED", at.isoformat(), old.id, citizen, by) for old in covered]
            await append(transaction, granted, *ended)
        return consent

    async def revoke(self, citizen: str, consent_id: str, *, at: datetime) -> Consent | None:
        """Take one consent back; what has ended stays as it ended. None when this citizen has no such consent."""
        async with self._database.transaction() as transaction:
            found = await _one(transaction, citizen, consent_id)
            if found is not None and found.ended is None:
                await append(transaction, Event("REVOKED", at.isoformat(), found.id, citizen, "{}"))
                found = replace(found, ended=ConsentState.REVOKED, ended_at=at)
        if found is not None:
            self.withdrawals.tell(citizen, found.provider)
        return found

    async def adopt(self, *, at: datetime) -> int:
        """Take over consents of the early form: kept and shown, and superseded, for no text was shown with them.

        Returns: how many were taken over now. Of several processes that start at once only one does it.
        """
        taken = 0
        while await self._database.row(EARLY):
            async with self._database.transaction() as transaction:
                for row in await transaction.rows(EARLY):
                    await append(transaction, *_early_events(row, at))
                    taken += 1
        return taken


EARLY = """
SELECT * FROM consents_before_events AS early
WHERE NOT EXISTS (SELECT 1 FROM consent_events WHERE consent = early.id) ORDER BY granted_at, id LIMIT 500
"""


def covers(new: Consent, old: Consent) -> bool:
    """Does the new consent say something about every service of the old one?"""
    return (new.provider, new.consumer) == (old.provider, old.consumer) and set(old.services) <= set(new.services)


def folded(events: Iterable[Mapping[str, object]]) -> tuple[Consent, ...]:
    """The consents that follow from events in the order of their numbers, the newest first.

    Raises: StorageUnusable: an event is not as it was written. A changed record opens nothing.
    """
    found: dict[str, Consent] = {}
    for row in events:
        if not untouched(row):
            raise StorageUnusable(f"event {row['number']} of the consents is not as it was written")
        key, at = str(row["consent"]), datetime.fromisoformat(str(row["at"]))
        if row["kind"] == "GRANTED":
            found[key] = _granted(key, at, orjson.loads(str(row["body"])))
        elif (before := found.get(key)) and before.ended is None:
            ended, number = KIND_STATES[str(row["kind"])], int(str(row["number"]))
            found[key] = replace(before, ended=ended, ended_at=at, ended_by=number)
    return tuple(reversed(found.values()))


async def _one(store: Database | Transaction, citizen: str, consent_id: str) -> Consent | None:
    query = "SELECT * FROM consent_events WHERE citizen = ? AND consent = ? ORDER BY number"
    return next(iter(folded(await store.rows(query, (citizen, consent_id)))), None)


async def _held(transaction: Transaction, citizen: str) -> tuple[Consent, ...]:
    return folded(reversed(await transaction.rows(EVENTS_OF, (citizen, RECENT))))


def _granted(key: str, at: datetime, body: Mapping[str, Any]) -> Consent:
    return Consent(
        id=key,
        provider=body["provider"],
        consumer=body["consumer"],
        services=tuple(body["services"]),
        claims=tuple(body["claims"]),
        granted_at=at,
        expires_at=datetime.fromisoformat(body["expires"]),
        version=body["version"],
        purposes=body["purposes"],
    )


def _body(consent: Consent) -> str:
    body = {
        "provider": consent.provider,
        "consumer": consent.consumer,
        "services": consent.services,
        "claims": consent.claims,
        "expires": consent.expires_at.isoformat(),
        "version": consent.version,
        "purposes": consent.purposes,
    }
    return orjson.dumps(body).decode()


def _early_events(row: Mapping[str, object], at: datetime) -> list[Event]:
    """What an early consent's row says, as events."""
    key, citizen = str(row["id"]), str(row["citizen"])
    granted_at, revoked_at = datetime.fromisoformat(str(row["granted_at"])), row["revoked_at"]
    consent = Consent(
        key,
        str(row["provider"]),
        str(row["consumer"]),
        tuple(orjson.loads(str(row["services"]))),
        tuple(orjson.loads(str(row["claims"]))),
        granted_at,
        datetime.fromisoformat(str(row["expires_at"])),
    )
    granted = Event("GRANTED", granted_at.isoformat(), key, citizen, _body(consent))
    if revoked_at:
        return [granted, Event("REVOKED", str(revoked_at), key, citizen, "{}")]
    return [granted, Event("SUPERSEDED", at.isoformat(), key, citizen, "{}")]


__all__ = ["MAX_DAYS", "MIGRATIONS", "Consent", "Consents", "covers", "folded"]
