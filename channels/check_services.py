"""The catalogue of a city, its offers, and the agreements they rest on."""

from __future__ import annotations

from collections.abc import Iterator

from channels.agreements import Agreement
from channels.check_agreements import unknown_city
from channels.diagnostics import Diagnostic, report
from channels.scene import Scene


def check_services(scene: Scene) -> Iterator[Diagnostic]:
    """Codes are known, a department lists a code once, and listed operations are declared."""
    seen: dict[tuple[str, str], int] = {}
    for index, row in enumerate(scene.channel.services):
        place = scene.at("services", index, "code")
        yield from _known_code(scene, row.code, ("services", index, "code"))
        first = seen.setdefault((row.code, row.department), place.line)
        if first != place.line:
            yield report("duplicate_service", place, service=row.code, department=row.department, line=first)
        yield from _declared(scene, row.operations, ("services", index, "operations"))
    if scene.channel.catalogue is not None:
        yield from _check_bindings(scene)


def _check_bindings(scene: Scene) -> Iterator[Diagnostic]:
    assert scene.channel.catalogue is not None  # noqa: S101  (the caller looked)
    listed = {provider.code for provider in scene.providers if provider.row is not None}
    for code, binding in scene.channel.catalogue.bind.items():
        path = ("catalogue", "bind", code)
        if code != "*" and listed and code not in listed:
            yield report("unused_binding", scene.key(*path), found=code, near=code, choices=tuple(sorted(listed)))
        yield from _declared(scene, binding.operations, (*path, "operations"))


def _known_code(scene: Scene, code: str, path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
    register = scene.around.register
    if register is None or code in register or code.startswith(f"{scene.prefix}-"):
        return
    yield report(
        "unknown_service", scene.at(*path), found=code, near=code, choices=tuple(register), prefix=scene.prefix
    )


def _declared(scene: Scene, operations: tuple[str, ...], path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
    known = scene.names("operations")
    for index, name in enumerate(operations):
        if name not in known:
            yield report("not_declared", scene.at(*path, index), found=name, near=name, choices=known)


def check_offers(scene: Scene) -> Iterator[Diagnostic]:
    """Offers name services that the city lists, cities that exist, and every claim that their operations need."""
    listed = tuple(sorted({provider.code for provider in scene.providers} | _written_codes(scene)))
    inert: list[str] = []
    for index, offer in enumerate(scene.channel.roaming.offers):
        path = ("roaming", "offers", index)
        for at, code in enumerate(offer.services):
            if code not in listed:
                place = scene.at(*path, "services", at)
                if not scene.doubtful:
                    yield report("not_listed", place, found=code, near=code, choices=listed)
            elif not _agreed(scene, code):
                inert.append(code)
        if isinstance(offer.to, tuple):
            yield from _known_cities(scene, offer.to, (*path, "to"))
        yield from _offer_claims(scene, index)
    if inert:
        yield report("no_agreement", scene.key("roaming", "offers"), services=tuple(dict.fromkeys(inert)))


def _written_codes(scene: Scene) -> set[str]:
    return {row.code for row in scene.channel.services}


def _agreed(scene: Scene, code: str) -> bool:
    """Whether an agreement in force shares the service, or it is public information, which needs none."""
    if all(provider.type == "INFO" for provider in scene.providers if provider.code == code):
        return True
    return any(
        code in agreement.services for agreement in _own_agreements(scene) if agreement.in_force(scene.around.at)
    )


def _own_agreements(scene: Scene) -> list[Agreement]:
    return [agreement for agreement in scene.around.agreements if agreement.provider == scene.folder]


def _known_cities(scene: Scene, cities: tuple[str, ...], path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
    known = tuple(scene.around.cities)
    for index, slug in enumerate(cities):
        if slug not in known:
            yield unknown_city(scene.at(*path, index), slug, known)


def _offer_claims(scene: Scene, index: int) -> Iterator[Diagnostic]:
    offer = scene.channel.roaming.offers[index]
    if not offer.claims:
        return
    for name in _operations_of(scene, offer.services):
        for need in scene.channel.operations[name].needs:
            if need.upper() not in offer.claims:
                place = scene.at("roaming", "offers", index, "claims")
                yield report("not_offered", place, operation=name, claim=need.upper())


def check_agreed_claims(scene: Scene) -> Iterator[Diagnostic]:
    """What an operation sends is listed in every agreement that shares a service which lists the operation."""
    for agreement in _own_agreements(scene):
        if agreement.state != "ACTIVE" or agreement.valid.until < scene.around.at:
            continue
        for name in _operations_of(scene, agreement.services):
            for at, need in enumerate(scene.channel.operations[name].needs):
                if need.upper() not in agreement.claims:
                    place = scene.at("operations", name, "needs", at)
                    yield report("not_agreed", place, operation=name, claim=need.upper(), agreement=agreement.id)


def _operations_of(scene: Scene, services: tuple[str, ...]) -> list[str]:
    """The declared operations that the services list.  `account.*` belongs to the link itself, not to a service."""
    listed = [name for row in scene.providers if row.code in services for name in row.operations]
    known = scene.channel.operations
    return [name for name in dict.fromkeys(listed) if name in known and not name.startswith("account.")]
