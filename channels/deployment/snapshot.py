"""A deployment's whole configuration as one frozen value.  Activating it is one reference assignment.

`load` reads files and looks up secrets; it asks no network, no clock and no environment.  A channel with an error keeps its
city's place in the graph and answers nothing; the others serve.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType

from channels.checks.city import named_secrets
from channels.checks.scene import Scene
from channels.declared.agreements import Agreement
from channels.declared.gateway import Environment, GatewayFile
from channels.declared.models import ChannelFile, City, Offer
from channels.declared.providers import Provider
from channels.declared.register import RegisterRow
from channels.declared.secrets import Secrets
from channels.declared.statistics import Statistic
from channels.deployment.editions import revision_of
from channels.deployment.instead import NOTHING, Instead
from channels.deployment.room import Room, read_room
from channels.protocols.compiled import LOCAL, Compiled, NotCompiled, compile_operation
from channels.text.diagnostics import Diagnostic, report
from channels.text.refined import refine


@dataclass(frozen=True, slots=True)
class Channel:
    """One city as activated.

    `config`: the effective file.  `operations`: by canonical id, or `local.<field>`.  `contribution`: the city's own SDL.
    `subgraph_sdl`: of its own subgraph, where a file of the folder holds it.  `secrets`: those that its files name.
    `available`: False when its files have an error; then there are no operations and no providers.
    `revision`: the short digest of its files.  `stamp`: the same with the machine's overlay and the environment; pages and
    sessions live on as long as it stays.
    """

    config: ChannelFile
    operations: Mapping[str, Compiled] = field(repr=False)
    providers: tuple[Provider, ...] = field(repr=False)
    contribution: str | None
    secrets: Secrets
    available: bool = True
    subgraph_sdl: str | None = field(default=None, repr=False)
    revision: str = ""
    stamp: str = ""

    @property
    def city(self) -> City:
        return self.config.city

    @property
    def slug(self) -> str:
        return self.config.city.id

    @property
    def code(self) -> str:
        return self.config.city.code

    @property
    def status(self) -> str:
        return self.config.city.status

    @property
    def offers(self) -> tuple[Offer, ...]:
        return self.config.roaming.offers


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything declared, at one moment.  `channels`: by slug, in the order of city codes, broken ones included.

    `city_ids`: the values of the graph's `CityId`: name -> (slug, description).  `broken`: what is wrong, by slug.
    `statistics`: dated facts by city code.  `version`: `cfg-<number>·<digest of the files>`.
    """

    version: str
    environment_name: str
    settings: GatewayFile
    environment: Environment
    register: Mapping[str, RegisterRow] = field(repr=False)
    agreements: tuple[Agreement, ...] = field(repr=False)
    channels: Mapping[str, Channel] = field(repr=False)
    broken: Mapping[str, tuple[Diagnostic, ...]] = field(repr=False)
    statistics: Mapping[str, tuple[Statistic, ...]] = field(repr=False)
    secrets: Secrets

    @property
    def city_ids(self) -> Mapping[str, tuple[str, str]]:
        cities = [channel.city for channel in self.channels.values()]
        return {city.id.upper(): (city.id, f"{city.name.zh} {city.code} · {city.app.zh}") for city in cities}


@dataclass(frozen=True, slots=True)
class Loaded:
    """`snapshot`: None when the gateway's own files are broken.  `sources`: lines by path, to show what is meant."""

    snapshot: Snapshot | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, tuple[str, ...]] = field(repr=False)


def load(
    root: Path,
    *,
    environment: str,
    at: date,
    secrets: Secrets | None = None,
    overlays: Path | None = None,
    number: int = 1,
    instead: Instead = NOTHING,
    known: Mapping[str, Channel] = MappingProxyType({}),
) -> Loaded:
    """Read, check and compile a deployment.

    `number` counts the configurations, for the version's name.  `instead`: what is read in place of what stands there.
    `known`: channels of an earlier load; one that is unchanged is used again as it is.  Returns: never raises for what
    files contain.
    """
    room = read_room(
        root, environment=environment, at=at, secrets=secrets or Secrets(), overlays=overlays, instead=instead
    )
    marks = {slug: _marks(slug, folder, environment, overlays) for slug, folder in room.folders.items()}
    channels, broken, more = _activate(room, marks, known)
    sources = {source.path: source.lines for source in room.sources}
    found = refine([*room.found, *more], sources)
    if room.settings is None:
        return Loaded(None, tuple(found), sources)
    snapshot = Snapshot(
        version=f"cfg-{number}·{_digest(room, environment)}",
        environment_name=environment,
        settings=room.settings,
        environment=room.environment,
        register=room.register,
        agreements=room.agreements,
        channels=MappingProxyType(channels),
        broken=MappingProxyType({slug: tuple(refine(errors, sources)) for slug, errors in broken.items()}),
        statistics=room.statistics,
        secrets=room.secrets,
    )
    return Loaded(snapshot, tuple(found), sources)


def _marks(slug: str, folder: Path, environment: str, overlays: Path | None) -> tuple[str, str]:
    """The revision and the stamp of one city's files."""
    revision, own = revision_of(folder), overlays / f"{slug}.yaml" if overlays else None
    laid = own.read_bytes() if own and own.is_file() else b""
    return revision, hashlib.sha256(b"\0".join((revision.encode(), environment.encode(), laid))).hexdigest()[:12]


def _activate(
    room: Room, marks: Mapping[str, tuple[str, str]], known: Mapping[str, Channel]
) -> tuple[dict[str, Channel], dict[str, tuple[Diagnostic, ...]], list[Diagnostic]]:
    channels: dict[str, Channel] = {}
    broken: dict[str, tuple[Diagnostic, ...]] = {}
    more: list[Diagnostic] = []
    for slug, city in sorted(room.cities.items(), key=lambda item: (item[1].code, item[0])):
        errors = room.errors_of(slug)
        scene = room.scenes.get(slug)
        revision, stamp = marks.get(slug, ("", ""))
        if scene is not None and not errors:
            before, secrets = known.get(slug), room.secrets.only(name for name, _ in named_secrets(scene.node))
            if before is not None and _same(before, scene, stamp, secrets):
                channels[slug] = before
                continue
            operations, refused = _compiled(scene)
            more += refused
            errors = tuple(refused)
            if not errors:
                sdl, own = room.contributions.get(slug), room.subgraphs.get(slug)
                channels[slug] = Channel(
                    scene.channel, operations, scene.providers, sdl, secrets, True, own, revision, stamp
                )
                continue
        broken[slug] = errors
        empty = ChannelFile(roam="1", city=city, backends={})
        none: Mapping[str, Compiled] = MappingProxyType({})
        channels[slug] = Channel(empty, none, (), None, Secrets(), False, None, revision, stamp)
    return channels, broken | {slug: room.errors_of(slug) for slug in room.lost}, more


def _same(before: Channel, scene: Scene, stamp: str, secrets: Secrets) -> bool:
    """Whether a channel says what it said.  Its providers hang on the register, too, and its status on the operator."""
    unchanged = before.available and before.stamp == stamp and before.config == scene.channel
    return unchanged and before.providers == scene.providers and before.secrets == secrets


def _compiled(scene: Scene) -> tuple[Mapping[str, Compiled], list[Diagnostic]]:
    made: dict[str, Compiled] = {}
    found: list[Diagnostic] = []
    for path, operation in scene.every_operation():
        backend = scene.channel.backends[operation.backend]
        name = path[1] if path[0] == "operations" else f"{LOCAL}{path[1]}"
        shape = scene.local_shapes.get(path[1]) if path[0] == "local" else None
        try:
            made[name] = compile_operation(name, operation, backend, shape)
        except NotCompiled as error:
            problem = {"zh": str(error), "en": str(error)}
            found.append(report("bad_template", scene.key(*path), problem=problem))
    return MappingProxyType(made), found


def _digest(room: Room, environment: str) -> str:
    """Seven hexadecimal digits that change whenever a file or the environment does."""
    digest = hashlib.sha256(environment.encode())
    for raw in room.raw:
        digest.update(b"\0")
        digest.update(raw)
    return digest.hexdigest()[:7]


__all__ = ["Channel", "Loaded", "Snapshot", "load"]
