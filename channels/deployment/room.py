"""The operators' room, one folder: `roam.yaml`, `services.yaml`, `agreements/`, `statistics.csv` and one folder per city.

Everything is read and checked here; nothing is compiled and nothing is activated.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel

from channels.checks.agreements import check_agreement, void
from channels.checks.channel import check_channel, check_register
from channels.checks.contribution import arguments_of, prefix_of
from channels.checks.gateway import (
    check_issuers,
    check_operators,
    check_quotas,
    secrets_elsewhere,
    unknown_environment,
)
from channels.checks.own_sdl import check_own_sdl
from channels.checks.scene import Scene, Surroundings
from channels.checks.taken import Contributor, check_taken
from channels.declared.agreements import Agreement
from channels.declared.gateway import Environment, GatewayFile
from channels.declared.models import City
from channels.declared.register import RegisterFile, RegisterRow
from channels.declared.secrets import Secrets, parse_secrets
from channels.declared.statistics import Statistics, read_statistics
from channels.deployment.folder import (
    CHANNEL,
    CONTRIBUTION,
    Reading,
    division_city,
    read_folder,
    read_providers,
    read_subgraph,
    readable_city,
    sections,
)
from channels.deployment.instead import NOTHING, Instead
from channels.deployment.overlay_names import check_overlay_names
from channels.mapping.shape import Shape, contributed_shapes
from channels.text.diagnostics import Diagnostic, Place, nearest, report
from channels.text.documents import Document, misnamed, misspelt, read_bytes, read_document, shown_path
from channels.text.hollow import without_hollow
from channels.text.lines import SourceText, decode

M = TypeVar("M", bound=BaseModel)

IGNORED = ("agreements",)


@dataclass(slots=True)
class Room:
    """What was read, with every finding.  `lost`: cities whose very name could not be read.
    `equipped`: it is known where secrets are, so that a missing one can be told."""

    root: Path
    settings: GatewayFile | None = None
    environment: Environment = field(default_factory=Environment)
    secrets: Secrets = field(default_factory=Secrets)
    equipped: bool = False
    register: Mapping[str, RegisterRow] = field(default_factory=lambda: MappingProxyType({}))
    agreements: tuple[Agreement, ...] = ()
    statistics: Statistics = field(default_factory=lambda: MappingProxyType({}))
    cities: dict[str, City] = field(default_factory=dict)
    scenes: dict[str, Scene] = field(default_factory=dict)
    contributions: dict[str, str] = field(default_factory=dict)
    subgraphs: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)
    by_city: dict[str, list[Diagnostic]] = field(default_factory=dict)
    sources: list[SourceText] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    instead: Instead = NOTHING
    folders: dict[str, Path] = field(default_factory=dict)

    def errors_of(self, slug: str) -> tuple[Diagnostic, ...]:
        """The errors of one city's own files."""
        return tuple(item for item in self.by_city.get(slug, ()) if item.severity == "error")

    def add(self, slug: str, found: list[Diagnostic] | tuple[Diagnostic, ...]) -> None:
        self.found += found
        self.by_city.setdefault(slug, []).extend(found)


def read_room(
    root: Path, *, environment: str, at: date, secrets: Secrets, overlays: Path | None, instead: Instead = NOTHING
) -> Room:
    """Read all files, then check each channel against the rest.  `instead`: what is read in place of what stands there."""
    room = Room(root, instead=instead)
    gateway = _read_gateway(room, environment, secrets)
    register = _read_register(room)
    documents = _read_agreements(room)
    _read_statistics(room)
    overlay = room.environment.overlay or environment
    room.found += check_overlay_names(gateway, _overlay_owners(room), overlays)
    readings = [(folder, read_folder(folder, overlay, overlays)) for folder in _city_folders(room)]
    for folder, reading in readings:
        _take(room, folder, reading)
    cities: dict[str, City | None] = {**room.cities, **dict.fromkeys(room.lost)}
    around = Surroundings(register, room.agreements, cities, room.secrets if room.equipped else None, at)
    for folder, reading in readings:
        _check_city(room, folder, reading, around)
    _check_names_of_types(room, readings)
    _check_agreements(room, documents)
    room.found += check_operators(gateway, tuple(sorted(cities)))
    return room


def _read_gateway(room: Room, environment: str, secrets: Secrets) -> Document[GatewayFile]:
    document = _document(room, "roam.yaml", GatewayFile)
    room.settings, room.secrets, room.equipped = document.model, secrets, document.model is not None
    if document.model is None:
        return document
    known = document.model.environments
    if environment in known:
        room.environment = known[environment]
    elif known:
        room.equipped = False
        room.found.append(unknown_environment(document, environment))
    room.secrets = secrets.extended(document.model.gateway.secret_folders, _secrets_file(room, document)).frozen()
    if room.equipped:
        room.found += check_quotas(document, room.secrets)
        room.found += check_issuers(document, room.secrets)
    return document


def _secrets_file(room: Room, document: Document[GatewayFile]) -> dict[str, str]:
    if room.environment.secrets is None:
        return {}
    file = room.root / room.environment.secrets
    if not file.is_file():
        room.equipped = False
        room.found.append(secrets_elsewhere(document, room.environment.secrets, room.root))
        return {}
    raw, found = read_bytes(file, shown_path(file))
    source, refused = decode(shown_path(file), raw) if not found else (SourceText.of(shown_path(file), ""), [])
    values, bad = parse_secrets(source.text)
    room.equipped &= not (found or refused or (bad and not values))
    # Not among the sources: no excerpt of a secrets file is ever shown.
    room.found += found or refused or [report("secret_format", Place(source.path, line, 1)) for line in bad]
    return values


def _read_register(room: Room) -> Mapping[str, RegisterRow] | None:
    document = _document(room, "services.yaml", RegisterFile)
    room.found += check_register(document)
    if document.model is None:
        return None
    room.register = document.model.by_code()
    return room.register


def _read_agreements(room: Room) -> list[Document[Agreement]]:
    room.found += misnamed(room.root / "agreements")
    names = room.instead.agreements(file.name for file in (room.root / "agreements").glob("*.yaml"))
    documents = [_document(room, name, Agreement) for name in names]
    room.agreements = tuple(document.model for document in documents if document.model is not None)
    return documents


def _read_statistics(room: Room) -> None:
    room.found += misspelt(room.root, ("statistics.csv",))
    file = room.instead.file(room.root, "statistics.csv")
    if not file.is_file():
        return
    raw, found = read_bytes(file, shown_path(file))
    source, refused = decode(shown_path(file), raw)
    room.sources.append(source)
    room.raw.append(raw)
    room.found += found + refused
    if not found and not refused:
        room.statistics, found = read_statistics(source)
        room.found += found


def _city_folders(room: Room) -> list[Path]:
    """Folders that hold a channel; others are pointed out, as a misspelt `channel.yaml` would else go unseen."""
    folders = []
    for folder in room.instead.folders(room.root):
        if folder.name in IGNORED or folder.name.startswith((".", "_")):
            continue
        if os.path.lexists(folder / CHANNEL):  # what is no ordinary file is told so when it is read
            folders.append(folder)
            room.folders[folder.name] = folder
            continue
        near = [file.name for file in sorted(folder.glob("*.y*ml"))]
        hint = {"zh": f"里面有 {'、'.join(near)}", "en": f"it has {', '.join(near)}"} if near else ""
        place, severity = Place(shown_path(folder), 1, 1), "error" if near else "warning"
        meant = nearest(folder.name, [name for name in IGNORED if not (room.root / name).is_dir()])
        room.found.append(
            report("stray_file", place, found=folder.name, right=meant)
            if meant
            else report("stray_folder", place, found=folder.name, hint=hint, severity=severity)
        )
    return folders


def _overlay_owners(room: Room) -> dict[str, Path]:
    """The cities' folders by slug."""
    return {folder.name: folder for folder in room.instead.folders(room.root) if (folder / CHANNEL).is_file()}


def _take(room: Room, folder: Path, reading: Reading) -> None:
    room.sources += reading.sources
    room.raw.append(reading.raw)
    room.add(folder.name, reading.found)
    city = reading.channel.city if reading.channel else readable_city(reading.node) or division_city(folder.name)
    if city is not None:
        room.cities[folder.name] = city
    else:
        room.lost.append(folder.name)


def _check_city(room: Room, folder: Path, reading: Reading, around: Surroundings) -> None:
    if reading.channel is None or reading.node is None:
        return
    providers, found, sources, raw = read_providers(folder, reading, room.register)
    room.sources += sources
    room.raw.append(raw)
    shapes: Mapping[str, Shape] = {}
    arguments: Mapping[str, tuple[str, ...]] = {}
    clear = ""
    if reading.contribution is not None:
        room.contributions[folder.name] = reading.contribution.source.text
        clear = reading.contribution.source.text if reading.contribution.clear else ""
        shapes = contributed_shapes(clear) if clear else {}
        arguments = arguments_of(reading.contribution, {folder.name, reading.channel.city.id})
    sdl, more, sdl_raw = read_subgraph(folder, reading.channel, reading.node)
    room.raw.append(sdl_raw)
    found = [*found, *more]
    if sdl is not None:
        room.subgraphs[folder.name] = sdl.text
        room.sources.append(sdl)
        found += [] if more else check_own_sdl(folder.name, sdl, clear, around.ids)
    contributes = (folder / CONTRIBUTION).is_file()
    refused = sections(reading.node, (*reading.found, *found))
    recorded = frozenset(file.stem for file in (folder / "fixtures").glob("*.yaml"))
    scene = Scene(
        folder.name,
        reading.node,
        reading.channel,
        providers,
        shapes,
        around,
        refused,
        reading.strangers,
        recorded,
        arguments,
        any(item.kind == "duplicate_key" for item in reading.found),
    )
    room.scenes[folder.name] = scene
    found = [*found, *check_channel(scene, reading.contribution, contributes=contributes)]
    room.add(folder.name, without_hollow(reading.node, found))


def _check_names_of_types(room: Room, readings: list[tuple[Path, Reading]]) -> None:
    """No two contributions define one type.  One that has an error is in no graph, and in nobody's way."""
    contributors = [
        Contributor(folder.name, city.code, prefix_of(city), found.source, found.document)
        for folder, reading in readings
        if (found := reading.contribution)
        and (city := room.cities.get(folder.name))
        and not room.errors_of(folder.name)
    ]
    for slug, found_there in check_taken(contributors):
        room.add(slug, [found_there])


def _check_agreements(room: Room, documents: list[Document[Agreement]]) -> None:
    cities = tuple(sorted((*room.cities, *room.lost)))
    seen: dict[str, str] = {}
    lawful: list[Agreement] = []
    for document in documents:
        found = list(check_agreement(document, room.scenes, cities, seen))
        room.found += found
        if document.model is not None:
            seen.setdefault(document.model.id, document.path)
            lawful += [] if void((*document.found, *found)) else [document.model]
    room.agreements = tuple(lawful)


def _document(room: Room, name: str, model: type[M]) -> Document[M]:
    file = room.instead.file(room.root, name)
    document = read_document(file, shown_path(file), model)
    room.sources.append(document.source)
    room.raw.append(document.raw)
    room.found += document.found
    return document
