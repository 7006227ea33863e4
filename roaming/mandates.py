"""Mandates (亲情服务): one citizen lets another act for them, for some operations in some cities, for some days.

The principal offers and gets a one-time code; whoever accepts it becomes the agent. Either side ends it at any time.

1. Nobody is their own agent, and no chain of mandates leads back to its beginning.
2. A mandate does not chain: what it opens is the principal's own, never what others opened to the principal.
3. Guessing codes is bounded: MAX_TRIES wrong ones, then WAIT.
4. States are worked out at each look: a mandate whose day has come is EXPIRED without anybody's doing.

Citizens are keys (`identity.links.citizen_key`), codes are keyed hashes, what is told of persons is sealed by the caller.
"""

import hashlib
import hmac
import json
from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex

from schema.codes import MandateRelation, MandateState
from storage import Database, Migrations, Transaction

MAX_DAYS = 365
MAX_STANDING = 20  # offers and mandates of one principal that have not ended
CODE_CHARACTERS = 12  # of base32: 60 bits
CODE_LIFE = timedelta(hours=24)
MAX_TRIES = 5
WAIT = timedelta(minutes=15)

MIGRATIONS = Migrations(
    "mandates",
    (
        """
        CREATE TABLE mandates (
            id           TEXT NOT NULL PRIMARY KEY,
            principal    TEXT NOT NULL,
            agent        TEXT,
            relation     TEXT NOT NULL,
            operations   TEXT NOT NULL,
            cities       TEXT NOT NULL,
            code_hash    TEXT UNIQUE,
            sealed       TEXT NOT NULL,
            agent_sealed TEXT,
            offered_at   TEXT NOT NULL,
            code_until   TEXT NOT NULL,
            expires_at   TEXT NOT NULL,
            accepted_at  TEXT,
            ended_at     TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX mandates_by_principal ON mandates (principal);
        CREATE INDEX mandates_by_agent ON mandates (agent);
        CREATE TABLE mandate_tries (
            citizen TEXT NOT NULL PRIMARY KEY,
            since   TEXT NOT NULL,
            wrong   INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
    ),
)


class NotAccepted(StrEnum):
    """Why a code makes nobody an agent."""

    UNKNOWN = "UNKNOWN"
    EXPIRED = "EXPIRED"
    OWN = "OWN"
    LOOP = "LOOP"
    TOO_MANY_TRIES = "TOO_MANY_TRIES"


@dataclass(frozen=True, slots=True)
class Scope:
    """What an agent may do: canonical operations, in cities by slug."""

    operations: tuple[str, ...]
    cities: tuple[str, ...]

    def covers(self, operation: str, city: str) -> bool:
        return operation in self.operations and city in self.cities


@dataclass(frozen=True, slots=True)
class Mandate:
    """One mandate. `principal` and `agent` are citizen keys; `sealed` and `agent_sealed` are for whoever has the seal."""

    id: str
    principal: str
    agent: str | None
    relation: MandateRelation
    scope: Scope
    offered_at: datetime
    code_until: datetime
    expires_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    sealed: str = field(repr=False)
    agent_sealed: str | None = field(repr=False)

    def state(self, at: datetime) -> MandateState:
        if self.ended_at is not None:
            return MandateState.ENDED
        until = self.expires_at if self.accepted_at else min(self.code_until, self.expires_at)
        if at >= until:
            return MandateState.EXPIRED
        return MandateState.ACTIVE if self.accepted_at else MandateState.OFFERED

    def stands(self, at: datetime) -> bool:
        """Is it offered or active?"""
        return self.state(at) in (MandateState.OFFERED, MandateState.ACTIVE)


def new_id() -> str:
    return token_hex(16)


def code_of(key: bytes, mandate: str) -> str:
    """The one-time code of a mandate, `ABCD-EFGH-IJKL`: worked out of its id, so that it is stored nowhere."""
    digest = hmac.new(key, f"mandate code\0{mandate}".encode(), hashlib.sha256).digest()
    text = b32encode(digest).decode()[:CODE_CHARACTERS]
    return "-".join(text[n : n + 4] for n in range(0, CODE_CHARACTERS, 4))


def code_hash(key: bytes, code: str) -> str:
    """What is stored of a code. Case, blanks and hyphens do not count."""
    plain = "".join(code.upper().replace("-", " ").split())
    return hmac.new(key, f"mandate code hash\0{plain}".encode(), hashlib.sha256).hexdigest()


class Mandates:
    """Every citizen's mandates. Every method raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def at(self, mandate: str) -> Mandate | None:
        row = await self._database.row("SELECT * FROM mandates WHERE id = ?", (mandate,))
        return None if row is None else _mandate(row)

    async def of(self, citizen: str) -> tuple[Mandate, ...]:
        """Those that the citizen gave or holds, the newest first."""
        query = "SELECT * FROM mandates WHERE principal = ?1 OR agent = ?1 ORDER BY offered_at DESC, id LIMIT 500"
        return tuple(_mandate(row) for row in await self._database.rows(query, (citizen,)))

    async def offer(
        self,
        mandate: str,
        principal: str,
        relation: MandateRelation,
        scope: Scope,
        *,
        code_hash: str,
        sealed: str,
        days: int,
        at: datetime,
    ) -> Mandate | None:
        """Write an offer down. Returns: None when MAX_STANDING of the principal's stand already."""
        values = (
            mandate,
            principal,
            relation.value,
            json.dumps(scope.operations),
            json.dumps(scope.cities),
            code_hash,
            sealed,
            at.isoformat(),
            (at + CODE_LIFE).isoformat(),
            (at + timedelta(days=days)).isoformat(),
        )
        async with self._database.transaction() as transaction:
            standing = [each for each in await _given(transaction, principal) if each.stands(at)]
            if len(standing) >= MAX_STANDING:
                return None
            await transaction.execute(
                "INSERT INTO mandates (id, principal, relation, operations, cities, code_hash, sealed, offered_at, "
                "code_until, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
        return await self.at(mandate)

    async def accept(
        self, code: str, agent: str, *, sealed: Callable[[str], str], at: datetime
    ) -> Mandate | NotAccepted:
        """Make `agent` the agent of the offer with this code hash; the code is spent with it.

        `sealed` makes what is kept of the agent, given the mandate's id.
        """
        async with self._database.transaction() as transaction:
            if await _wrong_tries(transaction, agent, at) >= MAX_TRIES:
                return NotAccepted.TOO_MANY_TRIES
            row = await transaction.row("SELECT * FROM mandates WHERE code_hash = ?", (code,))
            offer = None if row is None else _mandate(row)
            if offer is None or offer.ended_at is not None:
                await _note_wrong(transaction, agent, at)
                return NotAccepted.UNKNOWN
            if offer.state(at) is not MandateState.OFFERED:
                return NotAccepted.EXPIRED
            if offer.principal == agent:
                return NotAccepted.OWN
            if await _leads_back(transaction, offer.principal, agent, at):
                return NotAccepted.LOOP
            await transaction.execute(
                "UPDATE mandates SET agent = ?, agent_sealed = ?, accepted_at = ?, code_hash = NULL WHERE id = ?",
                (agent, sealed(offer.id), at.isoformat(), offer.id),
            )
        return await self.at(offer.id) or NotAccepted.UNKNOWN

    async def end(self, mandate: str, citizen: str, *, at: datetime) -> Mandate | None:
        """End it, by either side; ending again changes nothing. Returns: None when it is not the citizen's."""
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "UPDATE mandates SET ended_at = ?, code_hash = NULL "
                "WHERE id = ? AND (principal = ? OR agent = ?) AND ended_at IS NULL",
                (at.isoformat(), mandate, citizen, citizen),
            )
        found = await self.at(mandate)
        return found if found and citizen in (found.principal, found.agent) else None


async def _given(transaction: Transaction, principal: str) -> list[Mandate]:
    query = "SELECT * FROM mandates WHERE principal = ? AND ended_at IS NULL"
    return [_mandate(row) for row in await transaction.rows(query, (principal,))]


async def _leads_back(transaction: Transaction, principal: str, agent: str, at: datetime) -> bool:
    """Would `agent` acting for `principal` close a loop: does `principal`, in however many steps, act for `agent`?"""
    reached, waiting = {agent}, [agent]
    while waiting:
        for mandate in await _given(transaction, waiting.pop()):
            if mandate.agent is None or mandate.state(at) is not MandateState.ACTIVE or mandate.agent in reached:
                continue
            if mandate.agent == principal:
                return True
            reached.add(mandate.agent)
            waiting.append(mandate.agent)
    return False


async def _wrong_tries(transaction: Transaction, citizen: str, at: datetime) -> int:
    row = await transaction.row("SELECT since, wrong FROM mandate_tries WHERE citizen = ?", (citizen,))
    if row is None or at >= datetime.fromisoformat(str(row["since"])) + WAIT:
        return 0
    return int(str(row["wrong"]))


async def _note_wrong(transaction: Transaction, citizen: str, at: datetime) -> None:
    wrong = await _wrong_tries(transaction, citizen, at) + 1
    await transaction.execute(
        "INSERT INTO mandate_tries (citizen, since, wrong) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (citizen) DO UPDATE SET wrong = ?3, since = CASE WHEN ?3 = 1 THEN ?2 ELSE since END",
        (citizen, at.isoformat(), wrong),
    )


def _mandate(row: Mapping[str, object]) -> Mandate:
    return Mandate(
        id=str(row["id"]),
        principal=str(row["principal"]),
        agent=_text(row["agent"]),
        relation=MandateRelation(str(row["relation"])),
        scope=Scope(_names(row["operations"]), _names(row["cities"])),
        offered_at=datetime.fromisoformat(str(row["offered_at"])),
        code_until=datetime.fromisoformat(str(row["code_until"])),
        expires_at=datetime.fromisoformat(str(row["expires_at"])),
        accepted_at=_instant(row["accepted_at"]),
        ended_at=_instant(row["ended_at"]),
        sealed=str(row["sealed"]),
        agent_sealed=_text(row["agent_sealed"]),
    )


def _names(value: object) -> tuple[str, ...]:
    found: Sequence[str] = json.loads(str(value))
    return tuple(found)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _instant(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None
