"""How a city says no: the `errors:` table compiled, and what is left when no row of it matches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from channels.answer import Failure
from channels.declared.models import ErrorRule
from channels.failures import failure
from channels.mapping.paths import Getter, compile_path
from channels.protocols.reply import Reply
from schema.codes import ErrorCode

_MAX_RETRY_AFTER_SECONDS = 86_400
Step: TypeAlias = Literal["decode", "parse", "envelope", "error", "mapping"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a city answered when it did not simply answer: HTTP status, its own code, the decoded body (None if none)."""

    status: int
    code: str | None
    body: Any
    retry_after: int | None = None


Match: TypeAlias = Callable[[Said], Failure | None]


class ContractBroken(Exception):
    """The answer is no proper answer.  The text names what broke, never a value.  `html`: it was a page for people.

    `step`: which step of taking it apart failed.
    """

    def __init__(self, reason: str, *, html: bool = False, status: int = 200, step: Step = "mapping") -> None:
        super().__init__(reason)
        self.html, self.status, self.step = html, status, step


def compile_refusals(rules: Iterable[ErrorRule]) -> Match:
    """Return: the first matching rule's Failure, or None.  All conditions of a rule must hold.  Raises: BadPath."""
    compiled = [(rule, compile_path(rule.when) if rule.when else None) for rule in rules]

    def match(said: Said) -> Failure | None:
        for rule, when in compiled:
            if _holds(rule, when, said):
                wait = round(rule.retry_after.total_seconds()) if rule.retry_after else said.retry_after
                return failure(rule.to, _detail(said), retry_after=wait, user=rule.user)
        return None

    return match


def unmapped(said: Said) -> Failure:
    """What a refusal means that no rule names."""
    found = failure(_unnamed(said), f"{_detail(said)} has no row in errors", retry_after=said.retry_after)
    return replace(found, explained=False)


def _unnamed(said: Said) -> ErrorCode:
    if said.status == 429:
        return ErrorCode.RATE_LIMITED
    if said.status in (408, 504):
        return ErrorCode.BACKEND_TIMEOUT
    if said.status >= 500 and said.code is None:
        return ErrorCode.BACKEND_UNREACHABLE
    return ErrorCode.BACKEND_REJECTED


def retry_after(reply: Reply) -> int | None:
    """Return: seconds of a `Retry-After` header in its delay form (RFC 9110 §10.2.3), None otherwise."""
    text = reply.headers.get("retry-after", "").strip()
    return min(int(text), _MAX_RETRY_AFTER_SECONDS) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _holds(rule: ErrorRule, when: Getter | None, said: Said) -> bool:
    if rule.code is None and rule.http is None and when is None:
        return False
    if rule.code is not None and rule.code != said.code:
        return False
    if rule.http is not None and rule.http != said.status:
        return False
    return when is None or when(said.body) is True


def _detail(said: Said) -> str:
    # A code is a word of the city's protocol; cut short in case a city puts a sentence there.
    return f"HTTP {said.status}" + (f", code {said.code[:32]}" if said.code else "")
