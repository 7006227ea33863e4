"""The rules as data: `rules.yaml` beside this module, read once.

A rule's tier is the badge it belongs to, its stage says what it needs (`offline`: files, `live`: a session with the city,
`soak`: the gateway's metrics), its weight goes into the score, which is a progress bar and nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

FILE: Final = Path(__file__).parent / "rules.yaml"
MEANINGS: Final = Path(__file__).parent / "meanings.yaml"
TIERS: Final = ("BRONZE", "SILVER", "GOLD")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.  `zh`, `en`: what holds; `how`: how it is tested."""

    id: str
    tier: str
    stage: str
    weight: int
    zh: str
    en: str
    how: str

    def text(self, language: str) -> str:
        """What holds, in `zh` or `en`."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules in order, under the version they were published as."""

    version: int
    rules: tuple[Rule, ...]

    @property
    def by_id(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    def of(self, tier: str) -> tuple[Rule, ...]:
        """The rules of one tier alone."""
        return tuple(rule for rule in self.rules if rule.tier == tier)


@cache
def meanings() -> Mapping[str, Mapping[str, str]]:
    """Why each rule matters, by its id and then by language: for people who know the city rather than its systems."""
    read: Mapping[str, Mapping[str, str]] = YAML(typ="safe", pure=True).load(MEANINGS.read_text("utf-8"))
    return read


@cache
def rule_book() -> RuleBook:
    """The published rules."""
    read = YAML(typ="safe", pure=True).load(FILE.read_text("utf-8"))
    return RuleBook(int(read["version"]), tuple(Rule(**row) for row in read["rules"]))
