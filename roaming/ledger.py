"""The usage ledger: every call about a citizen that crosses a city border leaves one record, also a refused one.

A record names cities, operation, purpose, agreement, consent and outcome; of the citizen it has a hash and nothing else. Records
are numbered from 1 and chained: each hash covers the record's fields and the hash before it (`ledger_chain`), so that none can be
changed, removed or moved unnoticed. This module is the port and its values; `ledger_store` fills it with SQLite.

`call` is unique, and appending it again does nothing. Reads bear a fresh one. A mutation that was done, or whose outcome is not
known, bears the city's request number itself (it is sent once); an attempt that surely did nothing leaves the key free for
another, so its `call` is `attempt(number)`. What a reconciler finds out of an unknown outcome is appended as `settled(number)`:
a further record, since the first one stays as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol
from uuid import uuid4

SETTLED = "#settled"
MAX_TEXT = 200  # characters of a value that comes from outside, such as a client id


class LedgerUnavailable(Exception):
    """The ledger cannot be written or read now; internal: the text names a path."""


class Outcome(StrEnum):
    """What came of a call. UNKNOWN: it was sent and no proper answer came."""

    OK = "OK"
    FAILED = "FAILED"
    DENIED = "DENIED"
    UNKNOWN = "UNKNOWN"


FROM_CACHE = "FROM_CACHE"
"""`code` of an answer that the gateway still had: the citizen was shown it, and the city was not asked again."""


@dataclass(frozen=True, slots=True)
class Usage:
    """One call. `home` and `visited` are GB codes; `subject` and `actor` come from `subject_of`.

    `code`: an error code, or FROM_CACHE. `actor`: who acted, where that is not the citizen. `app`: the client's id.
    """

    at: datetime
    call: str
    home: str
    visited: str
    operation: str
    outcome: Outcome
    subject: str
    latency_ms: int = 0
    code: str | None = None
    purpose: str | None = None
    agreement: str | None = None
    consent: str | None = None
    actor: str | None = None
    app: str | None = None

    def settled(self, outcome: Outcome, code: str | None, at: datetime) -> "Usage":
        """The further record that tells what became of this mutation."""
        return replace(self, at=at, call=settled(self.call), outcome=outcome, code=code, latency_ms=0)


@dataclass(frozen=True, slots=True)
class Record:
    """A call as the ledger keeps it: numbered and chained. `previous` and `hash` are 64 hex digits."""

    sequence: int
    usage: Usage
    previous: str
    hash: str


class Ledger(Protocol):
    """Where calls are recorded. Every method raises LedgerUnavailable."""

    async def append(self, usage: Usage) -> None:
        """Return when the record is durable. If it raises, the record is still queued and tried again."""

    def note(self, usage: Usage) -> None:
        """Queue the record: durable within the flush interval, and at close."""

    async def ready(self, *, write: bool) -> None:
        """Raises where a record could not be kept. `write`: tried out now; else only known faults are looked at again."""

    async def outcome_of(self, call: str) -> Outcome | None:
        """What the record of this call says; None where there is none."""

    async def records_of(
        self, subject: str, *, visited: Sequence[str] | None, before: int | None, most: int
    ) -> tuple[Record, ...]:
        """One citizen's records with a number below `before`, the newest first; `visited`: of these cities only."""


def subject_of(citizen: str) -> str:
    """The ledger's name for a citizen whose key in the store is `citizen`: 64 hex digits that join with no other table."""
    return sha256(b"ledger\0" + citizen.encode()).hexdigest()


def fresh_call() -> str:
    """The id of a read."""
    return uuid4().hex


def attempt(number: str) -> str:
    """The id of one attempt at a mutation that surely did nothing: the same number may be tried again."""
    return f"{number}#{uuid4().hex[:12]}"


def settled(number: str) -> str:
    """The id of the record that tells what became of a mutation whose outcome was not known."""
    return number + SETTLED


def plain(text: str | None) -> str | None:
    """A text from outside as a record can hold it: short, and free of what no encoding can write."""
    return text[:MAX_TEXT].encode("utf-8", "replace").decode() if text else None


def microseconds(at: datetime) -> int:
    """Since 1970 in UTC."""
    gap = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds
