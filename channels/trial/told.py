"""One real call told hop by hop, as values: what each step did, what is wrong, why, and what to do.

`run` makes the call through the gateway's own `Connections`; `network`, `answer`, `mapping` and `privacy` tell it; here is what
they make.  Nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from channels.answer import Answer, Bilingual, Failure, Row
from channels.protocols.trace import Exchange
from channels.text.diagnostics import Place, report
from channels.text.messages import MESSAGES
from schema.codes import ErrorCode

Mark: TypeAlias = Literal["ok", "warning", "error"]
NOWHERE = Place("", 1, 1)
_WAITING = frozenset({ErrorCode.BACKEND_UNREACHABLE, ErrorCode.RATE_LIMITED})


@dataclass(frozen=True, slots=True)
class Advice:
    """One line under a hop.  `code`: a code of `roam explain`, or empty.  `place`: where in the files, where that is meant."""

    text: Bilingual
    code: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of the call.  `ms`: how long it took, where that says something."""

    name: str
    mark: Mark
    text: Bilingual
    ms: int | None = None
    advice: tuple[Advice, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(line.code for line in self.advice if line.code)


@dataclass(frozen=True, slots=True)
class Trial:
    """A whole try.  `answer` is what the gateway itself made of it; `rows` its rows; `exchanges` what went over the wire."""

    city: str
    operation: str
    hops: tuple[Hop, ...]
    answer: Answer
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)

    @property
    def rows(self) -> tuple[Row, ...]:
        return () if isinstance(self.answer, Failure) else self.answer.rows

    @property
    def outcome(self) -> str:
        """OK, PARTIAL where rows were withheld, or the code of the failure: of the contract where no row is left."""
        if isinstance(self.answer, Failure):
            return str(self.answer.code)
        if not self.answer.dropped:
            return "OK"
        return "PARTIAL" if self.answer.rows else str(ErrorCode.BACKEND_CONTRACT_BROKEN)

    @property
    def coverage(self) -> str:
        """What a front-end would be told beside the outcome; empty where the outcome says it."""
        match self.answer:
            case Failure(code=code, retry_after=wait) if wait and code in _WAITING:
                return f"coverage.outcome FAILED, retryAfter {wait}"
            case Failure():
                return ""
        return f"coverage.outcome PARTIAL, dropped {self.answer.dropped}" if self.answer.dropped else ""

    @property
    def broken(self) -> bool:
        """Something failed, though the outcome may be PARTIAL: rows withheld count as such only where others are left."""
        return any(hop.mark == "error" for hop in self.hops) or isinstance(self.answer, Failure)


def both(zh: str, en: str | None = None) -> Bilingual:
    """One sentence in both languages; what is no language needs only one."""
    return Bilingual(zh, en if en is not None else zh)


def plain(zh: str, en: str | None = None, *, place: Place | None = None) -> Advice:
    """Advice without a code."""
    return Advice(both(zh, en), place=place)


def coded(kind: str, **context: Any) -> tuple[Advice, ...]:
    """The sentence of a code, and its advice; values of `context` may be `{"zh": …, "en": …}`."""
    found = report(kind, NOWHERE, **context)
    first = Advice(Bilingual(found.zh, found.en), MESSAGES[kind].code)
    return (first, Advice(Bilingual(found.hint_zh, found.hint_en))) if found.hint_zh else (first,)


def pair(zh: str, en: str) -> dict[str, str]:
    """A value for `coded` that differs by language."""
    return {"zh": zh, "en": en}
