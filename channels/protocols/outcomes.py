"""What became of a write: the city's answer to a read by our request number, in canonical words.

`DONE` holds the row that the write itself would have given, read with the write's own mapping from what the city says it
answered. `NotDone` is definite: the city refused it, or never got it. Everything else is `Unclear`: ask again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from channels.answer import Failure, Page
from channels.declared.models import Outcome
from channels.failures import failure
from channels.mapping.templates import Scope, compile_json
from channels.protocols.compiled import Compiled
from channels.protocols.refusals import ContractBroken, Said
from channels.protocols.rowset import make_page
from schema.codes import ErrorCode


@dataclass(frozen=True, slots=True)
class Happened:
    """The write was done; `page` holds its row."""

    page: Page


@dataclass(frozen=True, slots=True)
class NotDone:
    """It was surely not done.  `refusal`: why the city refused it; None: it never arrived."""

    refusal: Failure | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """Not known yet.  `absent`: the city has nothing of it, which is definite only when `after` has passed."""

    why: str
    absent: bool = False


Verdict: TypeAlias = Happened | NotDone | Unclear


def arguments(outcome: Outcome, args: Mapping[str, Any], number: str) -> Mapping[str, Any]:
    """What the read is asked with: `match:` filled from the write's arguments and its request number."""
    scope = Scope(args, {}, {}, {}, {"idempotency_key": number}, {})
    found: Mapping[str, Any] = compile_json(outcome.match)(scope)
    return found


def verdict(write: Compiled, answer: Page | Failure, *, at: datetime) -> Verdict:
    """What the answer of the read says about `write`."""
    if isinstance(answer, Failure):
        return Unclear(f"{answer.code.value}: {answer.detail}")
    row = answer.rows[0] if answer.rows else {}
    match row.get("state"):
        case "DONE":
            return _happened(write, row.get("answer"), at)
        case "REFUSED":
            return NotDone(_refusal(write, row.get("code")))
        case "ABSENT":
            return Unclear("the city has nothing of it", absent=True)
    return Unclear("the city is still at it" if row else "the city said nothing")


def _happened(write: Compiled, answer: Any, at: datetime) -> Verdict:
    try:
        return Happened(make_page(write, answer, None, at=at))
    except ContractBroken as broken:
        return Unclear(f"done, but what the city answered cannot be read: {broken}")


def _refusal(write: Compiled, code: str | None) -> Failure:
    found = write.refusal(Said(200, code, None)) if write.refusal and code else None
    return found or failure(ErrorCode.BACKEND_REJECTED, f"refused with code {(code or 'none')[:32]}")
