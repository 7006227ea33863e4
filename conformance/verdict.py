"""What one rule found: a state, one sentence in both languages, and what it rests on.

Only a rule that was put to the test passes.  Evidence names operations, codes and figures, never a value of a citizen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a rule came out."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_MEASURED = "not measured"
    EXEMPT = "exempt"
    NOT_APPLICABLE = "not applicable"


COUNTS = frozenset({State.PASSED, State.EXEMPT, State.NOT_APPLICABLE})


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


def judged(problems: list[str], *, good: tuple[str, str] = ("", ""), seen: tuple[str, ...] = ()) -> Verdict:
    """Failed with the problems (short and readable in both languages), else passed."""
    if not problems:
        return passed(good[0], good[1], *seen)
    shown = "; ".join(problems[:MOST_SHOWN]) + (
        f"; +{len(problems) - MOST_SHOWN}" if len(problems) > MOST_SHOWN else ""
    )
    return failed(shown, shown, *problems)


MOST_SHOWN = 4
