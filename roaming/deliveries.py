"""Requests that the gateway took in while their city was down, to be delivered once when it is back.

States: HELD (at the gateway; surely not at the city), SENT (written before a delivery leaves; nobody knows until the city has
answered or has been asked), DELIVERED (the city's own id is kept), REJECTED (the city or the gateway refused it, with the reason).
A delivery belongs to one citizen, and to one worker for the time of a lease. What is to be sent, and what was told of it, is
sealed; what was to be sent is forgotten once it has been.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import Database, Migrations
from storage.database import Value

from .journal import stamp

LEASE = timedelta(seconds=20)
HELD, SENT, DELIVERED, REJECTED = "HELD", "SENT", "DELIVERED", "REJECTED"
MOST_OF_ONE = 1_000

MIGRATIONS = Migrations(
    "deliveries",
    (
        """
        CREATE TABLE deliveries (
            number     TEXT PRIMARY KEY,
            citizen    TEXT NOT NULL,
            city       TEXT NOT NULL,
            state      TEXT NOT NULL,
            request    TEXT NOT NULL,
            told       TEXT NOT NULL,
            found      TEXT NOT NULL DEFAULT '',
            at         TEXT NOT NULL,
            changed_at TEXT NOT NULL,
            sent_at    TEXT NOT NULL DEFAULT '',
            worker     TEXT NOT NULL DEFAULT '',
            lease      TEXT NOT NULL DEFAULT '',
            due        TEXT NOT NULL,
            tries      INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deliveries_of ON deliveries (citizen, city, at);
        CREATE INDEX deliveries_due ON deliveries (due) WHERE state IN ('HELD', 'SENT');
        """,
    ),
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request at the gateway. `request`, `told` and `found` are sealed; `found`: the city's own id, or why it was refused."""

    number: str
    citizen: str
    city: str
    state: str
    request: str
    told: str
    found: str
    at: datetime
    changed_at: datetime
    sent_at: datetime | None
    tries: int


class Deliveries:
    """Every citizen's deliveries, as one worker sees them. Methods raise StorageError."""

    def __init__(self, database: Database, worker: str) -> None:
        self._database = database
        self._worker = worker

    async def hold(self, number: str, citizen: str, city: str, *, request: str, told: str, at: datetime) -> None:
        """Take a request in. The same number again changes nothing."""
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "INSERT INTO deliveries (number, citizen, city, state, request, told, at, changed_at, due)"
                " VALUES (?, ?, ?, 'HELD', ?, ?, ?, ?, ?) ON CONFLICT (number) DO NOTHING",
                (number, citizen, city, request, told, stamp(at), stamp(at), stamp(at)),
            )

    async def of(self, citizen: str, city: str | None = None) -> tuple[Delivery, ...]:
        """One citizen's deliveries, to one city or all, the newest first."""
        query = f"SELECT * FROM deliveries WHERE citizen = ? AND city = coalesce(?, city) ORDER BY at DESC LIMIT {MOST_OF_ONE}"  # noqa: S608
        return tuple(_delivery(row) for row in await self._database.rows(query, (citizen, city)))

    async def at(self, citizen: str, number: str) -> Delivery | None:
        """One delivery of this citizen; another citizen's is as unknown as none."""
        row = await self._database.row("SELECT * FROM deliveries WHERE citizen = ? AND number = ?", (citizen, number))
        return _delivery(row) if row else None

    async def sent_since(self, citizen: str, city: str, moment: datetime) -> bool:
        """Was anything delivered to the city for the citizen since then, or sent on its way, by whichever worker?"""
        found = await self._database.row(
            "SELECT 1 FROM deliveries WHERE citizen = ? AND city = ? AND sent_at >= ? LIMIT 1",
            (citizen, city, stamp(moment)),
        )
        return found is not None

    async def take(self, at: datetime, most: int) -> tuple[Delivery, ...]:
        """Take what is due, for the time of a lease."""
        now = stamp(at)
        ripe = "state IN ('HELD', 'SENT') AND due <= :now AND lease <= :now"
        if not await self._database.row(f"SELECT 1 FROM deliveries WHERE {ripe} LIMIT 1", {"now": now}):  # noqa: S608
            return ()
        async with self._database.transaction() as transaction:
            found = await transaction.rows(
                f"SELECT * FROM deliveries WHERE {ripe} ORDER BY due, number LIMIT :most",  # noqa: S608
                {"now": now, "most": most},
            )
            for row in found:
                await transaction.execute(
                    "UPDATE deliveries SET worker = ?, lease = ? WHERE number = ?",
                    (self._worker, stamp(at + LEASE), row["number"]),
                )
        return tuple(_delivery(row) for row in found)

    async def send(self, number: str, *, at: datetime, lease: timedelta) -> bool:
        """Write down that it is about to leave. Returns: False where another worker has it now: do not send."""
        return await self._mine(
            number, "state = 'SENT', sent_at = ?, due = ?, lease = ?", stamp(at), stamp(at), stamp(at + lease)
        )

    async def deliver(self, number: str, *, found: str, at: datetime) -> bool:
        """The city has it; `found` holds its own id, sealed."""
        return await self._mine(
            number, "state = 'DELIVERED', found = ?, request = '', lease = '', changed_at = ?", found, stamp(at)
        )

    async def reject(self, number: str, *, found: str, at: datetime) -> bool:
        """It was refused for good; `found` holds the reason, sealed."""
        return await self._mine(
            number, "state = 'REJECTED', found = ?, request = '', lease = '', changed_at = ?", found, stamp(at)
        )

    async def later(self, number: str, state: str, *, due: datetime) -> bool:
        """Try again at `due`: to send it (HELD: surely not arrived) or to ask about it (SENT)."""
        return await self._mine(number, "state = ?, due = ?, lease = '', tries = tries + 1", state, stamp(due))

    async def _mine(self, number: str, change: str, *values: Value) -> bool:
        async with self._database.transaction() as transaction:
            changed = await transaction.execute(
                f"UPDATE deliveries SET {change} WHERE number = ? AND worker = ? AND state IN ('HELD', 'SENT')",  # noqa: S608
                (*values, number, self._worker),
            )
        return changed == 1


def _delivery(row: Mapping[str, Value]) -> Delivery:
    sent_at = str(row["sent_at"])
    return Delivery(
        number=str(row["number"]),
        citizen=str(row["citizen"]),
        city=str(row["city"]),
        state=str(row["state"]),
        request=str(row["request"]),
        told=str(row["told"]),
        found=str(row["found"]),
        at=datetime.fromisoformat(str(row["at"])),
        changed_at=datetime.fromisoformat(str(row["changed_at"])),
        sent_at=datetime.fromisoformat(sent_at) if sent_at else None,
        tries=int(row["tries"] or 0),
    )
