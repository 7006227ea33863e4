"""Flags that operators put up and take down while the gateway runs, beside those of the files. Nothing is ever deleted.

1. A flag is known by its agreement, whose it is (provider, consumer, gateway) and, for a consumer's, which city's. The last row
   about it counts; the rows before tell who did what, and when.
2. Each worker looks at the store at the door of every request, so that the next call of any worker obeys.
3. What cannot be read suspends every agreement: deny on doubt.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Self

from channels.declared.agreements import Side, Suspension
from channels.deployment.snapshot import Snapshot
from storage import Database, Migrations, StorageError, Watched

MIGRATIONS = Migrations(
    "suspensions",
    (
        """
        CREATE TABLE suspensions (
            number    INTEGER PRIMARY KEY,
            agreement TEXT NOT NULL,
            side      TEXT NOT NULL CHECK (side IN ('provider', 'consumer', 'gateway')),
            city      TEXT NOT NULL,
            raised    INTEGER NOT NULL CHECK (raised IN (0, 1)),
            since     TEXT NOT NULL,
            until     TEXT,
            reason    TEXT NOT NULL,
            at        TEXT NOT NULL,
            who       TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER suspensions_stand BEFORE UPDATE ON suspensions
        BEGIN SELECT RAISE(ABORT, 'suspensions are appended, never changed'); END;
        CREATE TRIGGER suspensions_stay BEFORE DELETE ON suspensions
        BEGIN SELECT RAISE(ABORT, 'suspensions are appended, never deleted'); END;
        """,
    ),
)
STANDING = """
SELECT agreement, side, city, since, until, reason, at, who FROM suspensions AS one WHERE raised = 1 AND number =
    (SELECT max(number) FROM suspensions WHERE agreement = one.agreement AND side = one.side AND city = one.city)
ORDER BY number
"""
UNREADABLE = "协议状态暂时无法读取 (the state of agreements cannot be read now)"


@dataclass(frozen=True, slots=True)
class Raised:
    """A flag that is up: of which agreement, put up by whom and when."""

    agreement: str
    flag: Suspension
    at: datetime
    who: str


async def suspend(database: Database, agreement: str, flag: Suspension, *, at: datetime, who: str) -> None:
    """Put a flag up, in place of the same flag with other days or another reason. Raises StorageError."""
    await _append(database, agreement, flag, raised=True, at=at, who=who)


async def resume(database: Database, agreement: str, flag: Suspension, *, at: datetime, who: str) -> bool:
    """Take a flag down; False where it was not up. `flag.reason` says why it comes down. Raises StorageError."""
    if not any(r.agreement == agreement and _key(r.flag) == _key(flag) for r in await standing(database)):
        return False
    await _append(database, agreement, flag, raised=False, at=at, who=who)
    return True


async def standing(database: Database) -> tuple[Raised, ...]:
    """The flags that are up, in the order in which they were put up. Raises StorageError."""
    return tuple(_raised(row) for row in await database.rows(STANDING))


def standing_in(file: Path) -> tuple[Raised, ...]:
    """The same of a store that is not opened, without waiting for whoever writes to it; none where there is none. Raises StorageError."""
    if not file.is_file():
        return ()
    with Watched(file) as watched:
        made = watched.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'suspensions'")
        return tuple(_raised(row) for row in watched.rows(STANDING)) if made else ()


async def _append(
    database: Database, agreement: str, flag: Suspension, *, raised: bool, at: datetime, who: str
) -> None:
    until = flag.until.isoformat() if flag.until else None
    row = (agreement, flag.by, flag.city or "", int(raised), flag.since.isoformat(), until, flag.reason)
    async with database.transaction() as transaction:
        await transaction.execute(
            "INSERT INTO suspensions (agreement, side, city, raised, since, until, reason, at, who)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, at.isoformat(), who),
        )


def _key(flag: Suspension) -> tuple[Side, str | None]:
    return flag.by, flag.city


def _raised(row: Mapping[str, object]) -> Raised:
    flag = Suspension.model_validate(
        {
            "by": row["side"],
            "city": row["city"] or None,
            "since": row["since"],
            "until": row["until"],
            "reason": row["reason"],
        }
    )
    return Raised(str(row["agreement"]), flag, datetime.fromisoformat(str(row["at"])), str(row["who"]))


class Suspensions:
    """The standing flags as one worker knows them. `look` first, then `applied`, as often as one likes."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._flags: Mapping[str, tuple[Suspension, ...]] | None = None
        self._doubt: date | None = None
        self._bare: Snapshot | None = None
        self._made: Snapshot | None = None

    @classmethod
    @contextmanager
    def opened(cls, database: Database) -> Iterator[Self]:
        """Over the file of an open store. Raises StorageError."""
        with Watched(database.path) as watched:
            yield cls(watched)

    def look(self, at: date) -> None:
        """Take in what was committed since the last look; `at` is the day."""
        try:
            if not self._watched.changed():
                return
            flags: dict[str, list[Suspension]] = defaultdict(list)
            for raised in map(_raised, self._watched.rows(STANDING)):
                flags[raised.agreement].append(raised.flag)
            self._take({number: tuple(found) for number, found in flags.items()}, None)
        except (StorageError, ValueError):
            self._watched.forget()
            self._take(None, at)

    def _take(self, flags: Mapping[str, tuple[Suspension, ...]] | None, doubt: date | None) -> None:
        if (flags, doubt) != (self._flags, self._doubt):
            self._flags, self._doubt, self._made = flags, doubt, None

    def applied(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot, its agreements with the flags that stand."""
        if self._made is None or self._bare is not snapshot:
            self._bare, self._made = snapshot, self._flagged(snapshot)
        return self._made

    def _flagged(self, snapshot: Snapshot) -> Snapshot:
        more = self._flags
        if more is None:  # nothing was read yet, or it could not be
            doubt = Suspension(since=self._doubt or date.min, reason=UNREADABLE)
            more = {each.id: (doubt,) for each in snapshot.agreements}
        if not more:
            return snapshot
        agreements = tuple(
            each.model_copy(update={"suspended": (*each.suspensions, *more[each.id])}) if each.id in more else each
            for each in snapshot.agreements
        )
        return replace(snapshot, agreements=agreements)
