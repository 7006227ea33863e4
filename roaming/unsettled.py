"""What was sent and never answered: found, asked about by one worker at a time, and settled once.

`take` gives entries that nobody is working on: those of a worker that died after sending (their lease has ended), and those
whose outcome is UNKNOWN and which are due to be asked about. Taking is a lease, so two workers never ask about one entry at the
same time. Entries that were BEGUN and never sent are given back: surely nothing happened.

An entry without a way to ask (no `due`) waits for a person, who settles it by hand with a reason that is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from storage import Database
from storage.database import Value

from .journal import stamp

LEASE = timedelta(seconds=20)  # longer than one asking takes: its own deadline, and the store's waits
MOST_AT_ONCE = 24
DONE, NOT_DONE = "DONE", "NOT_DONE"
BY_HAND = "settledByHand"  # the result of what a person settled as done
OPEN = "state IN ('SENT', 'UNKNOWN')"


@dataclass(frozen=True, slots=True)
class Open:
    """One entry whose outcome is not known. `request` is sealed; None for one that nothing can be asked about.

    `tries`: how often the city was asked. `due` is empty where a person must settle it.
    """

    citizen: str
    key: str
    number: str
    mutation: str
    city: str
    request: str | None
    at: datetime
    sent_at: datetime | None
    tries: int
    due: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """An entry settled by a person: `decision` is DONE or NOT_DONE."""

    number: str
    mutation: str
    city: str
    decision: str
    reason: str
    settler: str
    at: datetime


class Unsettled:
    """The open entries of the journal, as one worker takes and settles them. Methods raise StorageError."""

    def __init__(self, database: Database, worker: str) -> None:
        self._database = database
        self._worker = worker

    async def resume(self, at: datetime) -> None:
        """At start: what waits for a person is asked about once more, since the city may have a way now."""
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "UPDATE journal SET due = ? WHERE state = 'UNKNOWN' AND due = '' AND request IS NOT NULL", (stamp(at),)
            )

    async def take(self, at: datetime, most: int = MOST_AT_ONCE) -> tuple[Open, ...]:
        """Take what is due, at most `most` entries, for the time of a lease; give back what was never sent."""
        now = stamp(at)
        ripe = "lease <= :now AND (state IN ('BEGUN', 'SENT') OR (state = 'UNKNOWN' AND due != '' AND due <= :now))"
        any_ripe = f"SELECT 1 FROM journal WHERE state != 'DONE' AND {ripe} LIMIT 1"  # noqa: S608 - constants
        if not await self._database.row(any_ripe, {"now": now}):
            return ()
        async with self._database.transaction() as transaction:
            await transaction.execute("DELETE FROM journal WHERE state = 'BEGUN' AND lease <= ?", (now,))
            found = await transaction.rows(
                f"SELECT * FROM journal WHERE {OPEN} AND {ripe} ORDER BY due, at LIMIT :most",  # noqa: S608
                {"now": now, "most": most},
            )
            for row in found:
                await transaction.execute(
                    "UPDATE journal SET worker = ?, lease = ? WHERE citizen = ? AND key = ?",
                    (self._worker, stamp(at + LEASE), row["citizen"], row["key"]),
                )
        return tuple(_open(row) for row in found)

    async def done(self, entry: Open, result: Mapping[str, Any]) -> bool:
        """It happened: `result` replays from now on. Returns: False where another worker settled it meanwhile."""
        return await self._mine(
            entry,
            "UPDATE journal SET result = ?, state = 'DONE', request = NULL, lease = '', due = ''",
            orjson.dumps(result).decode(),
        )

    async def not_done(self, entry: Open) -> bool:
        """It surely did not happen: the key is free again."""
        return await self._mine(entry, "DELETE FROM journal")

    async def later(self, entry: Open, due: datetime | None) -> bool:
        """Not known yet: ask again at `due`; None leaves it to a person."""
        return await self._mine(
            entry,
            "UPDATE journal SET state = 'UNKNOWN', lease = '', tries = tries + 1, due = ?",
            stamp(due) if due else "",
        )

    async def _mine(self, entry: Open, statement: str, *values: Value) -> bool:
        where = f"WHERE citizen = ? AND key = ? AND worker = ? AND {OPEN}"
        async with self._database.transaction() as transaction:
            changed = await transaction.execute(
                f"{statement} {where}", (*values, entry.citizen, entry.key, self._worker)
            )
        return changed == 1

    async def listed(self) -> tuple[Open, ...]:
        """Every open entry, the oldest first."""
        query = f"SELECT * FROM journal WHERE {OPEN} ORDER BY at LIMIT 1000"  # noqa: S608
        return tuple(_open(row) for row in await self._database.rows(query))

    async def settlements(self) -> tuple[Settlement, ...]:
        """What people settled, the newest first."""
        query = "SELECT * FROM journal_settlements ORDER BY at DESC LIMIT 1000"
        return tuple(
            Settlement(
                number=str(row["number"]),
                mutation=str(row["mutation"]),
                city=str(row["city"]),
                decision=str(row["decision"]),
                reason=str(row["reason"]),
                settler=str(row["settler"]),
                at=datetime.fromisoformat(str(row["at"])),
            )
            for row in await self._database.rows(query)
        )

    async def by_hand(
        self, number: str, *, decision: str, reason: str, settler: str, result: Mapping[str, Any], at: datetime
    ) -> Open | None:
        """Settle one open entry by a person's word, and keep that word. None: no such entry is open.

        DONE: `result` replays. NOT_DONE: the key is free. An entry that a worker is asking about at this moment is settled all
        the same; the worker then finds it settled.
        """
        async with self._database.transaction() as transaction:
            found = await transaction.row(f"SELECT * FROM journal WHERE number = ? AND {OPEN}", (number,))  # noqa: S608
            if found is None:
                return None
            entry = _open(found)
            await transaction.execute(
                "INSERT INTO journal_settlements VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (number, entry.citizen, entry.mutation, entry.city, decision, reason, settler, stamp(at)),
            )
            if decision == DONE:
                await transaction.execute(
                    "UPDATE journal SET result = ?, state = 'DONE', request = NULL, lease = '', due = '' WHERE number = ?",
                    (orjson.dumps(result).decode(), number),
                )
            else:
                await transaction.execute("DELETE FROM journal WHERE number = ?", (number,))
        return entry


def _open(row: Mapping[str, Value]) -> Open:
    sent_at, request = str(row["sent_at"]), row["request"]
    return Open(
        citizen=str(row["citizen"]),
        key=str(row["key"]),
        number=str(row["number"]),
        mutation=str(row["mutation"]),
        city=str(row["city"]),
        request=str(request) if request else None,
        at=datetime.fromisoformat(str(row["at"])),
        sent_at=datetime.fromisoformat(sent_at) if sent_at else None,
        tries=int(row["tries"] or 0),
        due=str(row["due"]),
    )
