"""All checks of one channel, and of the register.  Every finding at once, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterator

from channels.checks.city import check_backends, check_city, check_secrets
from channels.checks.claims import check_offered_claims
from channels.checks.contribution import Contribution, check_contribution
from channels.checks.literals import check_literals
from channels.checks.names import check_names
from channels.checks.operations import check_operations
from channels.checks.outcomes import check_outcomes
from channels.checks.scene import Scene
from channels.checks.services import check_offers, check_services
from channels.checks.signing import check_signing
from channels.checks.terms import check_terms
from channels.checks.tokens import check_tokens
from channels.declared.register import RegisterFile
from channels.text.diagnostics import Diagnostic, report
from channels.text.documents import Document
from channels.text.positions import value_place


def check_channel(scene: Scene, contribution: Contribution | None, *, contributes: bool) -> Iterator[Diagnostic]:
    """Whatever of a well-formed channel does not agree with itself or with its surroundings.

    `contributes`: there is a `contribute.graphql`; without a `contribution` it could not be read, and has been told so.
    """
    yield from check_city(scene)
    yield from check_backends(scene)
    yield from check_names(scene)
    yield from check_tokens(scene)
    yield from check_signing(scene)
    yield from check_secrets(scene)
    yield from check_literals(scene.channel, scene.node)
    yield from check_services(scene)
    yield from check_operations(scene)
    yield from check_terms(scene)
    yield from check_outcomes(scene)
    yield from check_offers(scene)
    yield from check_offered_claims(scene)
    if contribution is not None or not contributes:
        yield from check_contribution(contribution, scene)


def check_register(document: Document[RegisterFile]) -> Iterator[Diagnostic]:
    """A code stands once."""
    if document.model is None or document.node is None:
        return
    seen: set[str] = set()
    for index, row in enumerate(document.model.services):
        if row.code in seen:
            place = value_place(document.node, ("services", index, "code"))
            yield report("register_duplicate", place, found=row.code)
        seen.add(row.code)
