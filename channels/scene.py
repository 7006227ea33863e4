"""One channel with everything that its checks compare it to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from channels.agreements import Agreement
from channels.diagnostics import Place
from channels.models import ChannelFile, City, Operation
from channels.positions import MapNode, Node, find, key_place, value_place
from channels.providers import Provider
from channels.register import RegisterRow
from channels.secrets import Secrets
from channels.shape import Shape


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


@dataclass(frozen=True, slots=True)
class Scene:
    """`node`: the tree the channel was made of, also of parts that were refused; names written there count as known."""

    folder: str
    node: Node
    channel: ChannelFile
    providers: tuple[Provider, ...]
    local_shapes: Mapping[str, Shape]
    around: Surroundings
    refused: frozenset[str] = frozenset()
    """The sections of the file in which something was refused."""

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

    def every_operation(self) -> list[tuple[tuple[str, str], Operation]]:
        """Canonical operations, then local ones, each with its path in the file."""
        operations = [(("operations", name), operation) for name, operation in self.channel.operations.items()]
        return operations + [(("local", name), operation) for name, operation in self.channel.local.items()]


def own_prefix(channel: ChannelFile) -> str:
    """The first two letters of the city's English name, or of its slug."""
    return (channel.city.name.en or channel.city.id)[:2].upper()
