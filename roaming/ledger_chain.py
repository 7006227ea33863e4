"""How the ledger's records are chained, written so that an outsider can check it with SHA-256 and a JSON writer alone.

hash = SHA-256, as 64 lower-case hex digits, of one UTF-8 JSON array without white space:

    ["cityroam-ledger/1", sequence, at, call, home, visited, operation, purpose, agreement, consent,
     outcome, code, latency_ms, subject, actor, app, previous]

`sequence`, `at` (microseconds since 1970 in UTC) and `latency_ms` are integers, all others strings or null; characters beyond
ASCII stand as themselves. `previous` is the hash of the record before; of the first, 64 zeros. The first element is the version of
this format: another way of writing gets another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TypeAlias

import orjson

from .ledger import Outcome, Record, Usage, microseconds

FORMAT = "cityroam-ledger/1"
GENESIS = "0" * 64
COLUMNS = (
    "sequence", "at", "call", "home", "visited", "operation", "purpose", "agreement", "consent", "outcome", "code",
    "latency_ms", "subject", "actor", "app", "previous", "hash",
)  # fmt: skip
Cell: TypeAlias = int | str | None
Cells: TypeAlias = tuple[Cell, ...]
"""A row of the ledger in the order of COLUMNS."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last record's number and hash. An empty ledger's is (0, GENESIS)."""

    count: int = 0
    hash: str = GENESIS


def digest(fields: Sequence[Cell]) -> str:
    """The hash of a row without it: the COLUMNS up to `previous`. Raises TypeError: a value that no ledger holds."""
    return sha256(orjson.dumps([FORMAT, *fields])).hexdigest()


def chained(head: Head, usage: Usage) -> Cells:
    """The row that follows `head`."""
    fields = (
        head.count + 1,
        microseconds(usage.at),
        usage.call,
        usage.home,
        usage.visited,
        usage.operation,
        usage.purpose,
        usage.agreement,
        usage.consent,
        usage.outcome.value,
        usage.code,
        usage.latency_ms,
        usage.subject,
        usage.actor,
        usage.app,
        head.hash,
    )
    return *fields, digest(fields)


def head_after(row: Cells) -> Head:
    """The head that a row makes."""
    return Head(int(row[0] or 0), str(row[-1]))


def instant(micros: int) -> datetime:
    """The moment of `at`."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


def record(row: Sequence[object]) -> Record:
    """A row as a value."""
    (
        number,
        at,
        call,
        home,
        visited,
        operation,
        purpose,
        agreement,
        consent,
        outcome,
        code,
        latency,
        subject,
        actor,
        app,
    ) = row[:15]
    usage = Usage(
        at=instant(int(str(at))),
        call=str(call),
        home=str(home),
        visited=str(visited),
        operation=str(operation),
        outcome=Outcome(str(outcome)),
        subject=str(subject),
        latency_ms=int(str(latency)),
        code=text(code),
        purpose=text(purpose),
        agreement=text(agreement),
        consent=text(consent),
        actor=text(actor),
        app=text(app),
    )
    return Record(int(str(number)), usage, str(row[15]), str(row[16]))


def text(value: object) -> str | None:
    return None if value is None else str(value)
