"""A report: every rule with its verdict, the badge they earn, and what stands before the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels.declared.strict_model import Bilingual
from conformance.rules import TIERS, Rule, RuleBook
from conformance.verdict import State, Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """One city, examined once.  `revision`: of the files; `live`: whether the city itself was asked."""

    slug: str
    name: Bilingual
    app: Bilingual
    at: datetime
    environment: str
    revision: str
    live: bool
    book: RuleBook
    verdicts: Mapping[str, Verdict]

    @property
    def badge(self) -> str:
        """The highest tier of which, and of all below which, every rule counts; NONE."""
        earned = "NONE"
        for tier in TIERS:
            if self.blocking(tier):
                break
            earned = tier
        return earned

    @property
    def next_badge(self) -> str | None:
        """The tier after the badge; None with the highest."""
        place = TIERS.index(self.badge) + 1 if self.badge in TIERS else 0
        return TIERS[place] if place < len(TIERS) else None

    @property
    def score(self) -> int:
        """Weight of what counts, of 100."""
        whole = sum(rule.weight for rule in self.book.rules)
        return round(100 * sum(rule.weight for rule in self.book.rules if self.verdicts[rule.id].counts) / whole)

    def blocking(self, tier: str) -> tuple[Rule, ...]:
        """The rules of one tier that do not count."""
        return tuple(rule for rule in self.book.of(tier) if not self.verdicts[rule.id].counts)

    def counted(self, tier: str) -> tuple[int, int]:
        """How many rules of a tier count, and how many there are."""
        return len(self.book.of(tier)) - len(self.blocking(tier)), len(self.book.of(tier))

    @property
    def in_the_way(self) -> tuple[Rule, ...]:
        """What stands between the city and its next badge."""
        return self.blocking(self.next_badge) if self.next_badge else ()

    @property
    def worth_knowing(self) -> tuple[Rule, ...]:
        """What failed beyond the next badge."""
        beyond = [rule for tier in TIERS if tier != self.next_badge for rule in self.blocking(tier)]
        return tuple(rule for rule in beyond if self.verdicts[rule.id].state is State.FAILED)

    def as_json(self) -> dict[str, Any]:
        """The document that is kept and printed."""
        return {
            "city": self.slug,
            "name": {"zh": self.name.text("zh"), "en": self.name.text("en")},
            "app": {"zh": self.app.text("zh"), "en": self.app.text("en")},
            "badge": self.badge,
            "score": self.score,
            "rulesVersion": self.book.version,
            "config": self.revision,
            "environment": self.environment,
            "live": self.live,
            "at": self.at.isoformat(),
            "tiers": {tier: dict(zip(("passed", "total"), self.counted(tier), strict=True)) for tier in TIERS},
            "next": {"badge": self.next_badge, "blocking": [rule.id for rule in self.in_the_way]},
            "rules": [_row(rule, self.verdicts[rule.id]) for rule in self.book.rules],
        }


def _row(rule: Rule, verdict: Verdict) -> dict[str, Any]:
    return {
        "id": rule.id,
        "tier": rule.tier,
        "stage": rule.stage,
        "weight": rule.weight,
        "zh": rule.zh,
        "en": rule.en,
        "how": rule.how,
        "state": verdict.state.value,
        "detail": {"zh": verdict.zh, "en": verdict.en},
        "evidence": list(verdict.evidence),
    }
