"""The supergraph: the gateway's own graph as one subgraph, the cities' contributions and subgraphs as others.

Composed at activation. A city whose part does not fit is left out and named; the others and the gateway's own graph go on.
Operations that touch none of the `coordinates` never come here: they run on the own graph directly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from graphql import DocumentNode, parse

from channels.deployment.snapshot import Channel
from channels.protocols.compiled import Compiled
from federation.compose import Composed, NotComposed, compose
from federation.graph import Graph
from federation.subgraph import Source
from schema.contributed_subgraph import GATEWAY, contributed_subgraph, with_shared_local


@dataclass(frozen=True, slots=True)
class Remote:
    """A city's own subgraph: whom to ask, and by which operation."""

    channel: Channel
    query: Compiled


@dataclass(frozen=True, slots=True, eq=False)
class Supergraph:
    """`graph` plans over all subgraphs. `coordinates`: the fields that live only in `remotes`, by subgraph name."""

    graph: Graph
    sdl: str
    coordinates: frozenset[str]
    remotes: Mapping[str, Remote]


@dataclass(frozen=True, slots=True)
class Part:
    """What one city brings: SDL of a subgraph, and its fields on the graph's entities (none for a contribution)."""

    city: str
    source: Source
    coordinates: frozenset[str] = frozenset()
    remote: Remote | None = None


def composed(own_sdl: str, parts: Iterable[Part]) -> tuple[Supergraph, Mapping[str, str]]:
    """The supergraph, and by city why its part was left out. Raises: RuntimeError: the own graph alone does not compose."""
    own, wanted = Source(GATEWAY, with_shared_local(read(own_sdl))), list(parts)
    left_out: dict[str, str] = {}
    result = compose([own, *(part.source for part in wanted)])
    if isinstance(result, NotComposed):
        wanted, left_out = fitting(own, wanted)
        result = compose([own, *(part.source for part in wanted)])
    if not isinstance(result, Composed):
        raise RuntimeError(f"the gateway's own graph does not compose: {told(result)}")
    remotes = {part.source.name: part.remote for part in wanted if part.remote}
    coordinates = frozenset[str]().union(*(part.coordinates for part in wanted))
    return Supergraph(Graph(result.sdl), result.sdl, coordinates, remotes), left_out


def fitting(own: Source, parts: Iterable[Part]) -> tuple[list[Part], dict[str, str]]:
    """The parts that compose with the own graph and with those before them, and why the others do not."""
    kept: list[Part] = []
    left_out: dict[str, str] = {}
    for part in parts:
        result = compose([own, *(each.source for each in kept), part.source])
        if isinstance(result, Composed):
            kept.append(part)
        else:
            left_out[part.city] = told(result)
    return kept, left_out


def told(result: NotComposed) -> str:
    return "; ".join(str(error) for error in result.errors)


@lru_cache(maxsize=4)
def read(sdl: str) -> DocumentNode:
    """The document of a text; while one supergraph is made, the own graph's is asked for at every turn."""
    return parse(sdl, no_location=True)


def contribution_source(channel: Channel, own_sdl: str) -> Source:
    """A city's `contribute.graphql` as a subgraph of its own, answered by the gateway in process."""
    return Source(channel.slug, contributed_subgraph(read(channel.contribution or ""), read(own_sdl)))
