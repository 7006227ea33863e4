"""What operations send about a citizen, against every offer and agreement that shares them: each must list it.

Which of them stands alone says where the mistake is.  A claim that none of several lists, the operation asks for too much;
one that some list is missing where it is missing.  What is too narrow is told once, with all that it lacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from channels.checks.scene import Scene
from channels.declared.agreements import Agreement
from channels.declared.models import Offer
from channels.text.diagnostics import Diagnostic, Place, report

SEVERAL = 2
_INSTEAD = {"zh": ",或改用 PAIRWISE_ID", "en": ", or do with PAIRWISE_ID"}


@dataclass(frozen=True, slots=True)
class Share:
    """An offer or an agreement, with the declared operations that its services list."""

    terms: Offer | Agreement
    operations: tuple[str, ...]

    def lists(self, claim: str) -> bool:
        return claim in self.terms.claims


Lacking: TypeAlias = Mapping[str, Sequence[str]]
"""Claims by operation."""


def check_offered_claims(scene: Scene) -> Iterator[Diagnostic]:
    """Operations that send more than any share of theirs lists, and offers that are too narrow."""
    shares = _shares(scene)
    for name, operation in scene.channel.operations.items():
        for at, need in enumerate(operation.needs):
            if _asks_too_much(shares, name, claim := need.upper()):
                yield report("not_covered", scene.at("operations", name, "needs", at), operation=name, claim=claim)
    for index, offer in enumerate(scene.channel.roaming.offers):
        yield from _too_narrow(scene, offer, "not_offered", scene.at("roaming", "offers", index, "claims"))


def check_agreed_claims(scene: Scene, agreement: Agreement, place: Place) -> Iterator[Diagnostic]:
    """An agreement of this provider that is too narrow.  `place`: where its claims stand."""
    yield from _too_narrow(scene, agreement, "not_agreed", place)


def _too_narrow(scene: Scene, terms: Offer | Agreement, kind: str, place: Place) -> Iterator[Diagnostic]:
    if lacking := _lacking(scene, terms):
        claims = tuple(dict.fromkeys(claim for each in lacking.values() for claim in each))
        instead = _INSTEAD if claims != ("PAIRWISE_ID",) else ""
        yield report(kind, place, operations=[f"`{name}`" for name in lacking], claims=claims, instead=instead)


def _lacking(scene: Scene, terms: Offer | Agreement) -> Lacking:
    """What the operations need that this share does not list, and that they may well ask for."""
    shares = _shares(scene)
    found: dict[str, list[str]] = {}
    for share in shares:
        for name in share.operations if share.terms is terms else ():
            for claim in (need.upper() for need in scene.channel.operations[name].needs):
                if not share.lists(claim) and not _asks_too_much(shares, name, claim):
                    found.setdefault(name, []).append(claim)
    return found


def _asks_too_much(shares: Sequence[Share], operation: str, claim: str) -> bool:
    """Whether several shares have the operation, and none of them lists the claim."""
    having = [share for share in shares if operation in share.operations]
    return len(having) >= SEVERAL and not any(share.lists(claim) for share in having)


def _shares(scene: Scene) -> list[Share]:
    """The city's offers, and the agreements of its own that open something, today or later."""
    listed = _operations(scene)
    terms: list[Offer | Agreement] = [*scene.channel.roaming.offers]
    terms += [
        agreement
        for agreement in scene.around.agreements
        if agreement.provider == scene.folder
        and agreement.state == "ACTIVE"
        and agreement.valid.until >= scene.around.at
    ]
    return [
        Share(each, tuple(dict.fromkeys(name for code in each.services for name in listed.get(code, ()))))
        for each in terms
    ]


def _operations(scene: Scene) -> Mapping[str, Sequence[str]]:
    """The declared operations by service.  `account.*` belongs to the link itself, not to a service."""
    known = [name for name in scene.channel.operations if not name.startswith("account.")]
    found: dict[str, list[str]] = {}
    for row in scene.providers:
        if row.operations:
            found.setdefault(row.code, []).extend(name for name in row.operations if name in known)
    return found
