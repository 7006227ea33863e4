"""One channel with everything that its checks compare it to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from channels.declared.agreements import Agreement
from channels.declared.divisions import Division, division_of, divisions
from channels.declared.models import ChannelFile, City, Operation
from channels.declared.providers import Provider
from channels.declared.register import RegisterRow
from channels.declared.secrets import Secrets
from channels.mapping.shape import Shape
from channels.text.diagnostics import Place, nearest
from channels.text.positions import MapNode, Node, find, key_place, value_place
from schema.operations import OPERATIONS


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lies outside a channel.  `register`: None when `services.yaml` could not be read.  `secrets`: None when
    `roam.yaml` does not say where those of this environment are.  `cities`: by slug; None where
    the city block could not be read."""

    register: Mapping[str, RegisterRow] | None
    agreements: tuple[Agreement, ...]
    cities: Mapping[str, City | None]
    secrets: Secrets | None
    at: date

    @property
    def ids(self) -> tuple[str, ...]:
        """The values of the graph's `CityId`."""
        return tuple(city.id.upper() for city in self.cities.values() if city is not None)


@dataclass(frozen=True, slots=True)
class Reference:
    """A name where something that bears it is meant."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Scene:
    """`node`: the tree the channel was made of, also of parts that were refused; names written there count as known.

    `strangers`: what overlays name under a section of which the channel knows nothing.  `recorded`: operations of fixtures.
    """

    folder: str
    node: Node
    channel: ChannelFile
    providers: tuple[Provider, ...]
    local_shapes: Mapping[str, Shape]
    around: Surroundings
    refused: frozenset[str] = frozenset()
    """The sections of the file in which something was refused."""
    strangers: Mapping[str, tuple[Reference, ...]] = field(default_factory=lambda: MappingProxyType({}))
    recorded: frozenset[str] = frozenset()
    local_arguments: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """The arguments of the city's own fields, by name; empty where `contribute.graphql` could not be read."""

    blocks_run_together: bool = False
    """Whether keys stand twice, as where the line above a block is gone: then something declared has lost its name."""

    @property
    def doubtful(self) -> bool:
        """Whether the list of services is not known for sure: who names a code of it is not to blame."""
        register = self.around.register or {}
        own = f"{self.prefix}-"
        unknown = any(row.code not in register and not row.code.startswith(own) for row in self.channel.services)
        return unknown or bool(self.refused & {"services", "catalogue"})

    def at(self, *path: str | int) -> Place:
        """Where a value stands."""
        return value_place(self.node, path)

    def key(self, *path: str | int) -> Place:
        """Where a key stands."""
        return key_place(self.node, path)

    def names(self, *path: str) -> tuple[str, ...]:
        """The keys written under a map, in order."""
        found = find(self.node, path)
        return tuple(found.entries) if isinstance(found, MapNode) else ()

    @property
    def prefix(self) -> str:
        """How codes of the city's own services begin, from its English name."""
        return own_prefix(self.channel)

    def arguments(self, section: str, name: str) -> tuple[str, ...] | None:
        """The arguments of an operation; None where nobody knows them."""
        if section == "local":
            return self.local_arguments.get(name)
        return OPERATIONS[name].arguments if name in OPERATIONS else None

    def every_operation(self) -> list[tuple[tuple[str, str], Operation]]:
        """Canonical operations, then local ones, each with its path in the file."""
        operations = [(("operations", name), operation) for name, operation in self.channel.operations.items()]
        return operations + [(("local", name), operation) for name, operation in self.channel.local.items()]


def official(city: City) -> Division | None:
    """The division that the city is, by what most of its names say."""
    return division_of([city.id, city.code, city.name.zh, city.name.en or ""])


def misspelt_name(city: City) -> Division | None:
    """The division whose English name the city's should be: it is misspelt, or another city's."""
    found, written = official(city), city.name.en
    if found is None or written is None or written == found.en:
        return None
    others = [row.en for row in divisions().values()]
    return found if written in others or nearest(written, [found.en]) else None


def english_name(city: City) -> str:
    """The city's English name, as it begins the names of what is its own."""
    found = misspelt_name(city) or (official(city) if city.name.en is None else None)
    return found.en if found is not None else city.name.en or city.id


def own_prefix(channel: ChannelFile) -> str:
    """The first two letters of the city's English name."""
    return english_name(channel.city)[:2].upper()
