"""What one rule found: a state, one sentence in both languages, and what it rests on.

Only a rule that was put to the test passes.  Evidence names operations, codes and figures, never a value of a citizen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class State(StrEnum):
    """How a rule came out."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_MEASURED = "not measured"
    EXEMPT = "exempt"
    NOT_APPLICABLE = "not applicable"


COUNTS = frozenset({State.PASSED, State.EXEMPT, State.NOT_APPLICABLE})


MOST_SHOWN = 4

Told: TypeAlias = str | tuple[str, str]
"""A sentence, or one in Chinese and one in English."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's result.  `evidence`: lines of what was seen."""

    state: State
    zh: str = ""
    en: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Does it count towards a badge?"""
        return self.state in COUNTS

    def text(self, language: str) -> str:
        """The sentence in `zh` or `en`."""
        return self.zh if language == "zh" else self.en


def passed(zh: str = "", en: str = "", *evidence: str) -> Verdict:
    return Verdict(State.PASSED, zh, en or zh, evidence)


def failed(zh: str, en: str, *evidence: str) -> Verdict:
    return Verdict(State.FAILED, zh, en, evidence)


def unmeasured(zh: str, en: str, *evidence: str) -> Verdict:
    return Verdict(State.NOT_MEASURED, zh, en, evidence)


def beside_the_point(zh: str, en: str) -> Verdict:
    """The city has nothing that the rule is about."""
    return Verdict(State.NOT_APPLICABLE, zh, en)


def judged(problems: Sequence[Told], *, good: tuple[str, str] = ("", ""), seen: tuple[str, ...] = ()) -> Verdict:
    """Failed with the problems, else passed.  A problem that reads the same in both languages is one text."""
    if not problems:
        return passed(good[0], good[1], *seen)
    zh, en = ([problem if isinstance(problem, str) else problem[side] for problem in problems] for side in (0, 1))
    return failed(_shown(zh), _shown(en), *en)


def _shown(problems: list[str]) -> str:
    rest = f"; +{len(problems) - MOST_SHOWN}" if len(problems) > MOST_SHOWN else ""
    return "; ".join(problems[:MOST_SHOWN]) + rest
