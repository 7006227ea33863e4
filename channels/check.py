"""All checks of one channel, and of the agreements between channels.  Every finding at once, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from channels.agreements import Agreement
from channels.check_city import check_activity, check_backends, check_city, check_secrets
from channels.check_operations import check_operations
from channels.check_services import check_agreed_claims, check_offers, check_services
from channels.contribution import Contribution, check_contribution
from channels.diagnostics import Diagnostic, report
from channels.documents import Document
from channels.positions import key_place, value_place
from channels.register import RegisterFile
from channels.scene import Scene


def check_channel(scene: Scene, contribution: Contribution | None, *, contributes: bool) -> Iterator[Diagnostic]:
    """Whatever of a well-formed channel does not agree with itself or with its surroundings.

    `contributes`: there is a `contribute.graphql`; without a `contribution` it could not be read, and has been told so.
    """
    yield from check_city(scene)
    yield from check_backends(scene)
    yield from check_secrets(scene)
    yield from check_services(scene)
    yield from check_operations(scene)
    yield from check_agreed_claims(scene)
    yield from check_offers(scene)
    if contribution is not None or not contributes:
        yield from check_contribution(contribution, scene)
    yield from check_activity(scene)


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


def check_agreement(
    document: Document[Agreement], scenes: Mapping[str, Scene], cities: tuple[str, ...], seen: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """Dates, id, signatories; cities and services that exist.  `seen`: the file of each id that came before."""
    agreement, node = document.model, document.node
    if agreement is None or node is None:
        return
    if agreement.id in seen:
        place = value_place(node, ("id",))
        yield report("agreement_id", place, found=agreement.id, other=seen[agreement.id])
    if agreement.valid.until < agreement.valid.start:
        yield report("agreement_dates", value_place(node, ("valid", "until")))
    yield from _check_cities(document, agreement, cities)
    scene = scenes.get(agreement.provider)
    if scene is None:
        return
    listed = tuple(sorted({provider.code for provider in scene.providers}))
    for index, code in enumerate(agreement.services):
        if code not in listed:
            place = value_place(node, ("services", index))
            yield report("agreement_service", place, city=agreement.provider, found=code, near=code, choices=listed)
    if agreement.valid.until < scene.around.at:
        place = value_place(node, ("valid", "until"))
        yield report("agreement_expired", place, id=agreement.id, until=agreement.valid.until)


def _check_cities(document: Document[Agreement], agreement: Agreement, cities: tuple[str, ...]) -> Iterator[Diagnostic]:
    assert document.node is not None  # noqa: S101  (there is a model)
    named = [(("provider",), agreement.provider)]
    named += [(("consumers", index), slug) for index, slug in enumerate(agreement.consumers)]  # type: ignore[misc]
    signed = {party.city for party in agreement.parties}
    for path, slug in named:
        place = value_place(document.node, path)
        if slug not in cities:
            yield report("unknown_city", place, found=slug, near=slug, choices=cities)
        if slug not in signed:
            where = key_place(document.node, ("parties",))
            yield report("agreement_party", where, found=slug)
