"""Is the ledger whole? Every record is read again, hashed again, and held against the one before it.

Found and named: a record that was changed, records that are missing, records that stand elsewhere than they were written, a file
that is damaged, and guards (triggers, indexes) that were taken away. What a chain alone cannot show is that its end was cut off;
whoever noted a head earlier (`roam ledger verify` prints it) gives it as an anchor, and then that is found, too.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from storage import StorageUnusable
from storage.plain import reader

from .ledger_chain import COLUMNS, GENESIS, Cells, Head, digest, instant
from .ledger_store import TABLE

MOST_NAMED = 20
MOST_COMPARED = 200  # broken records among which a moved one is looked for
AT_ONCE = 1_000
QUERY = f"SELECT {', '.join(COLUMNS)} FROM ledger ORDER BY sequence"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, with which record (None: the file as a whole); `at` is when the record says it was written."""

    problem: str
    sequence: int | None = None
    at: datetime | None = None

    def __str__(self) -> str:
        if self.sequence is None:
            return self.problem
        when = f" ({told(self.at)})" if self.at else ""
        return f"record {self.sequence}{when}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head that was noted earlier: the chain must still hold this hash, at this number where one is given."""

    hash: str
    count: int | None = None


@dataclass(slots=True)
class Verdict:
    """`count` records were read; `head` is the last one's hash, `head_at` its time. `findings` are the first of `wrong`."""

    count: int = 0
    head: str = GENESIS
    head_at: datetime | None = None
    wrong: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.wrong

    def add(self, finding: Finding) -> None:
        self.wrong += 1
        if len(self.findings) < MOST_NAMED:
            self.findings.append(finding)


@dataclass(frozen=True, slots=True)
class Broken:
    """A record whose hash does not fit its fields."""

    sequence: int
    at: datetime | None
    row: Cells


def verify(path: Path, anchor: Anchor | None = None) -> Verdict:
    """Read the whole file once, in the state it has now. Raises StorageUnusable: there is no such file."""
    with reader(path) as connection:
        verdict, broken = Verdict(), list[Broken]()
        seen = anchor is None or ((anchor.count or 0) == 0 and anchor.hash == GENESIS)
        try:
            connection.execute("BEGIN")
            for row in checked(connection.execute(QUERY), verdict, broken):
                seen = seen or (anchor is not None and row[-1] == anchor.hash and anchor.count in (None, row[0]))
            name_broken(verdict, broken)
            for finding in damage(connection):
                verdict.add(finding)
        except (sqlite3.Error, StorageUnusable, UnicodeError) as fault:
            name_broken(verdict, broken)
            verdict.add(Finding(f"the file is damaged; nothing behind record {verdict.count} can be read: {fault}"))
    if anchor is not None and not seen:
        verdict.add(cut_off(anchor))
    return verdict


def checked(cursor: sqlite3.Cursor, verdict: Verdict, broken: list[Broken]) -> Iterator[Cells]:
    """Every row, told to the verdict on the way."""
    head = Head()
    while rows := cursor.fetchmany(AT_ONCE):
        for row in rows:
            check(row, head, verdict, broken)
            head = Head(row[0], str(row[-1]))
            verdict.count += 1
            yield row
        verdict.head, verdict.head_at = head.hash, moment(rows[-1][1])


def check(row: Cells, head: Head, verdict: Verdict, broken: list[Broken]) -> None:
    """One record: its number, its own hash, and whether it follows the one before it."""
    number = int(row[0] or 0)
    if number != head.count + 1:
        verdict.add(missing(head.count + 1, number - 1, row))
    if not fits(row):
        broken.append(Broken(number, moment(row[1]), row))
    elif row[-2] != head.hash and number == head.count + 1 and not any(b.sequence == head.count for b in broken[-1:]):
        verdict.add(Finding("it does not follow the record before it", number, moment(row[1])))


def fits(row: Cells) -> bool:
    """Is the hash that of the fields?"""
    try:
        return digest(row[:-1]) == row[-1]
    except TypeError:  # a value of a kind that no ledger holds
        return False


def missing(first: int, last: int, row: Cells) -> Finding:
    """Numbers that no record has."""
    if last < first:
        return Finding("its number is not that of its place", int(row[0] or 0), moment(row[1]))
    which = f"record {first} is" if first == last else f"records {first} to {last} are"
    return Finding(f"{which} missing before it", int(row[0] or 0), moment(row[1]))


def name_broken(verdict: Verdict, broken: list[Broken]) -> None:
    """Changed, or moved here from another broken record's place?"""
    places = [each.sequence for each in broken[:MOST_COMPARED]]
    for each in broken:
        origin = next((p for p in near(places, each.sequence) if stood_at(each.row, p)), None)
        problem = "it was changed: its hash does not fit its fields"
        if origin is not None:
            problem = f"it was moved here from place {origin}"
        verdict.add(Finding(problem, each.sequence, each.at))


def near(places: list[int], place: int) -> Iterable[int]:
    """Where a record may have stood: at the places of the other broken ones, or one further."""
    return () if len(places) >= MOST_COMPARED else [p for p in (*places, place + 1, place - 1) if p != place]


def stood_at(row: Cells, place: int) -> bool:
    return fits((place, *row[1:]))


def damage(connection: sqlite3.Connection) -> Iterator[Finding]:
    """What is wrong with the file around the records: guards and indexes."""
    for name, text in guards():
        found = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        if found is None or found[0] != text:
            yield Finding(f"the file's {name} is {'missing' if found is None else 'not as it was made'}")
    for (line,) in connection.execute(f"PRAGMA integrity_check({MOST_NAMED})"):
        if line != "ok":
            row = re.search(r"\brow (\d+)", line)
            yield Finding(f"the file is damaged: {line}", int(row[1]) if row else None)


def guards() -> list[tuple[str, str]]:
    """The table, index and triggers of a ledger as they are made."""
    made = sqlite3.connect(":memory:")
    made.executescript(TABLE)
    return made.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()


def cut_off(anchor: Anchor) -> Finding:
    """The end that was noted is not in the chain any more."""
    place = f" as record {anchor.count}" if anchor.count is not None else ""
    return Finding(
        f"the noted head {anchor.hash} is not in the chain{place}: records were removed from its end, or replaced"
    )


def moment(at: object) -> datetime | None:
    """When a record says it was written; None where that is no time."""
    try:
        return instant(at) if isinstance(at, int) else None
    except OverflowError:
        return None


def told(at: datetime | None) -> str:
    """A moment as it is printed."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else "no time"
