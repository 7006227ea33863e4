"""What a city's answer becomes: a page of canonical rows, or a coded failure.  Never an exception."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from schema.codes import ErrorCode

Row: TypeAlias = dict[str, Any]
Position: TypeAlias = str | int | None


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One sentence in both languages, safe to show to a client."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        """The sentence in `zh` or `en`."""
        return self.en if language.lower() == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Page:
    """Canonical rows of one answer.

    `rows` are wire-ready and the caller's own to add to; values inside a row (Money, lists) are shared and left alone.
    `dropped` counts rows withheld because they broke the contract.  `next` is the city's next position; None = the end.
    `total` is the city's own count, when it declares one.
    `stale`: why the city could not answer, where this is an earlier page that stands in; it was its answer at `as_of`.
    """

    rows: tuple[Row, ...]
    dropped: int
    next: Position
    total: int | None
    as_of: datetime
    from_cache: bool = False
    stale: Failure | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a city gave no rows.

    `message` may be shown.  `detail` is for logs and operators: it names what broke, never personal data or tokens.
    `user` is True when the citizen can put it right.  `retry_after` is in seconds.
    `explained` is False for a city's refusal that no row of `errors` names.
    """

    code: ErrorCode
    message: Bilingual
    retry_after: int | None = None
    user: bool = False
    detail: str = ""
    explained: bool = True


Answer: TypeAlias = Page | Failure
