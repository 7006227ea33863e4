"""The catalogue of a city, and what it offers of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from channels.checks.agreements import unknown_city
from channels.checks.names import misspelt_operations
from channels.checks.operations import inside
from channels.checks.scene import Scene
from channels.declared.agreements import Agreement
from channels.text.diagnostics import Diagnostic, report
from channels.text.tree import keys

ROW = "{row}"
_PLACEHOLDER = re.compile(r"\$?\{[^{}]*\}")


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
        if code != "*" and listed and code not in listed and not scene.doubtful:
            yield report("unused_binding", scene.key(*path), found=code, near=code, choices=tuple(sorted(listed)))
        yield from _declared(scene, binding.operations, (*path, "operations"))
        for match in _PLACEHOLDER.finditer(binding.web or ""):
            if match[0] != ROW:
                place = inside(scene.at(*path, "web"), str(binding.web), match.start(), len(match[0]))
                yield report("binding_word", place, found=match[0])


def _known_code(scene: Scene, code: str, path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
    register = scene.around.register
    if register is None or code in register or code.startswith(f"{scene.prefix}-"):
        return
    yield report(
        "unknown_service", scene.at(*path), found=code, near=code, choices=tuple(register), prefix=scene.prefix
    )


def _declared(scene: Scene, operations: tuple[str, ...], path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
    known, misspelt = scene.names("operations"), misspelt_operations(scene)
    for index, name in enumerate(operations):
        # One that stands elsewhere in the file, at a wrong indentation, has been told there.
        if name not in known and name not in misspelt and name not in keys(scene.node):
            yield report("not_declared", scene.at(*path, index), found=name, near=name, choices=known)


def check_offers(scene: Scene) -> Iterator[Diagnostic]:
    """Offers name services that the city lists and cities that exist."""
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
