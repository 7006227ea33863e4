"""Agreements against each other and against the channels: numbers, days, cities, signatures, services, flags.

An agreement with an error opens nothing (`void`): what two cities signed is not guessed at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from channels.checks.claims import check_agreed_claims
from channels.checks.scene import Scene
from channels.declared.agreements import Agreement, Suspension
from channels.declared.divisions import joining
from channels.text.diagnostics import Diagnostic, Place, report
from channels.text.documents import Document
from channels.text.positions import Node, key_place, value_place

AGED = "ROAM-316"
"""What a day does to a file that nobody touched: it is to be tended, and no edit that could be taken back."""
HARMLESS = (AGED, "ROAM-314")
"""Codes that leave an agreement as it is: past its end it opens nothing and says why, and what its provider does not list
could be opened by none."""


def check_agreement(
    document: Document[Agreement], scenes: Mapping[str, Scene], cities: tuple[str, ...], seen: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """Whatever of one agreement does not agree.  `seen`: the file of each id that came before."""
    agreement, node = document.model, document.node
    if agreement is None or node is None:
        return
    if agreement.id in seen:
        place = value_place(node, ("id",))
        yield report("agreement_id", place, found=agreement.id, other=seen[agreement.id])
    if agreement.valid.until < agreement.valid.start:
        yield report("agreement_dates", value_place(node, ("valid", "until")), start=agreement.valid.start)
    scene = scenes.get(agreement.provider)
    for index, party in enumerate(agreement.parties):
        if party.signed_on > agreement.valid.until >= agreement.valid.start:
            yield report("agreement_signed", value_place(node, ("parties", index, "signed_on")), found=party.signed_on)
        elif scene is not None and agreement.valid_on(scene.around.at) and party.signed_on > scene.around.at:
            place = value_place(node, ("parties", index, "signed_on"))
            yield report("agreement_unsigned", place, found=party.signed_on, start=agreement.valid.start)
    if (meant := _mistaken_provider(agreement, scenes)) is not None:
        place, choices = value_place(node, ("provider",)), (meant,)
        yield report("agreement_provider", place, found=agreement.provider, meant=meant, choices=choices)
        return
    yield from _check_cities(node, agreement, cities)
    yield from _check_flags(node, agreement)
    if scene is not None:
        yield from _check_provider(node, agreement, scene)


def _mistaken_provider(agreement: Agreement, scenes: Mapping[str, Scene]) -> str | None:
    """The city that signed as provider, where another one stands there that neither signed nor lists a service."""
    signed, bound = [party.city for party in agreement.parties], {agreement.provider, *agreement.consumers}
    strange = [slug for slug in signed if slug not in bound]
    if len(strange) != 1 or agreement.provider in signed or not {agreement.provider, *strange} <= scenes.keys():
        return None
    codes = set(agreement.services)
    if codes & _listed(scenes[agreement.provider]) or not codes <= _listed(scenes[strange[0]]):
        return None
    return strange[0]


def _listed(scene: Scene) -> set[str]:
    return {provider.code for provider in scene.providers}


def void(found: Sequence[Diagnostic]) -> bool:
    """Whether findings about one agreement leave it without effect."""
    return any(item.severity == "error" and item.code not in HARMLESS for item in found)


def _check_provider(node: Node, agreement: Agreement, scene: Scene) -> Iterator[Diagnostic]:
    listed = tuple(sorted({provider.code for provider in scene.providers}))
    offered = {code for offer in scene.channel.roaming.offers for code in offer.services}  # these are told at the offer
    for index, code in enumerate(agreement.services):
        if code not in listed and code not in offered and not scene.doubtful:
            place = value_place(node, ("services", index))
            yield report("agreement_service", place, city=agreement.provider, found=code, near=code, choices=listed)
    yield from check_agreed_claims(scene, agreement, value_place(node, ("claims",)))
    if agreement.state == "ACTIVE" and agreement.valid.start <= agreement.valid.until < scene.around.at:
        place = value_place(node, ("valid", "until"))
        yield report("agreement_expired", place, id=agreement.id, until=agreement.valid.until)


def _check_cities(node: Node, agreement: Agreement, cities: tuple[str, ...]) -> Iterator[Diagnostic]:
    """The cities that it names exist, and those that it binds have signed, each once and nobody else."""
    paths: list[tuple[str | int, ...]] = [("provider",)]
    paths += [("consumers", index) for index in range(len(agreement.consumers))]
    bound = [agreement.provider, *agreement.consumers]
    doubtful = False
    for path, slug in zip(paths, bound, strict=True):
        if slug not in cities:
            doubtful |= not joining(slug)
            yield unknown_city(value_place(node, path), slug, cities)
        if path != ("provider",) and slug == agreement.provider:
            doubtful = True
            yield report("agreement_self", value_place(node, path), found=slug)
    yield from _check_parties(node, agreement, cities, doubtful=doubtful)


def _check_parties(
    node: Node, agreement: Agreement, cities: tuple[str, ...], *, doubtful: bool
) -> Iterator[Diagnostic]:
    """`doubtful`: one of the names that it binds is wrong, so that nobody knows who should have signed."""
    bound, signed = {agreement.provider, *agreement.consumers}, [party.city for party in agreement.parties]
    strange = [index for index, slug in enumerate(signed) if slug not in cities and not joining(slug)]
    for index in strange:
        yield unknown_city(value_place(node, ("parties", index, "city")), signed[index], cities)
    if doubtful or strange:
        return
    absent = [slug for slug in cities if slug in bound and slug not in signed]
    unsigned = [f"`{slug}`" for slug in absent]
    surplus = [index for index, slug in enumerate(signed) if slug not in bound or slug in signed[:index]]
    rest = (
        {"zh": f";还没有签署:{'、'.join(unsigned)}", "en": f"; not signed by: {', '.join(unsigned)}"}
        if unsigned
        else ""
    )
    for index in surplus:
        kind = "agreement_twice" if signed[index] in bound else "agreement_stranger"
        yield report(kind, value_place(node, ("parties", index, "city")), found=signed[index], unsigned=rest)
    if unsigned and not surplus:
        place, day = key_place(node, ("parties",)), agreement.valid.start
        yield report("agreement_party", place, found=unsigned, slug=absent[0], day=day)


def unknown_city(place: Place, slug: str, cities: tuple[str, ...]) -> Diagnostic:
    """A city that has not joined is worth a word; a name that is no city's is a mistake."""
    severity = "warning" if joining(slug) else "error"
    return report("unknown_city", place, found=slug, near=slug, choices=cities, severity=severity)


def _check_flags(node: Node, agreement: Agreement) -> Iterator[Diagnostic]:
    """Each flag has an end after its beginning, and a consumer's names the consumer."""
    for index, flag in enumerate(agreement.suspensions):
        path: tuple[str | int, ...] = ("suspended", index) if isinstance(agreement.suspended, tuple) else ("suspended",)
        if flag.until is not None and flag.until < flag.since:
            yield report("suspension_dates", value_place(node, (*path, "until")), start=flag.since)
        if not _names_consumer(agreement, flag):
            where = value_place(node, (*path, "city")) if flag.city else key_place(node, (*path, "by"))
            yield report(
                "suspension_city", where, found=flag.city or "-", near=flag.city or "", choices=agreement.consumers
            )


def _names_consumer(agreement: Agreement, flag: Suspension) -> bool:
    """A consumer's flag names one of several consumers; no other flag names a city."""
    if flag.by != "consumer":
        return flag.city is None
    return flag.city in agreement.consumers if flag.city else len(agreement.consumers) == 1
