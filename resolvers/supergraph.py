"""The supergraph: the gateway's own graph as one subgraph, the cities' contributions and subgraphs as others.

Composed at activation. A city whose part does not fit is left out and named; the others and the gateway's own graph go on.
Operations that touch none of the `coordinates` never come here: they run on the own graph directly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from graphql import DocumentNode, parse, print_ast
from graphql.language import (
    DefinitionNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
)

from channels.deployment.snapshot import Channel
from channels.protocols.compiled import Compiled
from channels.subgraphs.opened import LINK, Entity, named
from federation.compose import Composed, NotComposed, compose
from federation.graph import Graph
from federation.subgraph import Source
from schema.subgraph import KEYS, applied

GATEWAY = "gateway"
ROOT = "LocalRoot"
SHAREABLE = LINK.replace('"@key"', '"@shareable"')


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
    own, wanted = Source(GATEWAY, shared_root(own_sdl)), list(parts)
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


def type_names(*sdls: str) -> frozenset[str]:
    """The names of the types that some texts define."""
    nodes = (node for sdl in sdls if sdl for node in read(sdl).definitions)
    return frozenset(node.name.value for node in nodes if isinstance(node, TypeDefinitionNode))


@lru_cache(maxsize=4)
def read(sdl: str) -> DocumentNode:
    """The document of a text; while one supergraph is made, the own graph's is asked for at every turn."""
    return parse(sdl, no_location=True)


def entities(own_sdl: str) -> Mapping[str, Entity]:
    """The entities that a city's subgraph may add fields to, as the own graph has them."""
    found = {}
    for node in read(own_sdl).definitions:
        if isinstance(node, ObjectTypeDefinitionNode) and node.name.value in KEYS:
            key = KEYS[node.name.value]
            fields = {field.name.value: field for field in node.fields or ()}
            found[node.name.value] = Entity(key, print_ast(fields[key].type), frozenset(fields))
    return found


def shared_root(own_sdl: str) -> str:
    """The own SDL with `Query.local` shared: each contributing city answers its own part of it."""
    document = read(own_sdl)
    return print_ast(DocumentNode(definitions=tuple(with_shared_local(node) for node in document.definitions)))


def with_shared_local(node: DefinitionNode) -> DefinitionNode:
    if not isinstance(node, ObjectTypeDefinitionNode) or node.name.value != "Query":
        return node
    fields = tuple(shared(field) if field.name.value == "local" else field for field in node.fields or ())
    return ObjectTypeDefinitionNode(name=node.name, description=node.description, fields=fields)


def shared(field: FieldDefinitionNode) -> FieldDefinitionNode:
    return FieldDefinitionNode(
        name=field.name,
        description=field.description,
        arguments=field.arguments,
        type=field.type,
        directives=(applied("@shareable"),),
    )


def contribution_source(channel: Channel, own_sdl: str) -> Source:
    """A city's `contribute.graphql` as a subgraph of its own, answered by the gateway in process."""
    document = read(channel.contribution or "")
    objects = [
        bare(node)
        for node in document.definitions
        if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
    ]
    others = [node for node in document.definitions if isinstance(node, EnumTypeDefinitionNode)]
    names = {named(f.type) for o in objects for f in o.fields or ()}
    names |= {named(a.type) for o in objects for f in o.fields or () for a in f.arguments or ()}
    borrowed = [node for node in read(own_sdl).definitions if lends(node, names)]
    root = "type Query { local: LocalRoot! @shareable }"
    return Source(channel.slug, "\n".join([SHAREABLE, root, *map(print_ast, (*borrowed, *others, *objects))]))


def lends(node: DefinitionNode, names: set[str]) -> bool:
    """A scalar or enum of the own graph that the contribution mentions."""
    return isinstance(node, ScalarTypeDefinitionNode | EnumTypeDefinitionNode) and node.name.value in names


def bare(node: ObjectTypeDefinitionNode | ObjectTypeExtensionNode) -> ObjectTypeDefinitionNode:
    """The type without the gateway's directives; an extension of LocalRoot is the subgraph's own part of it."""
    fields = tuple(
        FieldDefinitionNode(name=f.name, description=f.description, arguments=f.arguments, type=f.type)
        for f in node.fields or ()
    )
    return ObjectTypeDefinitionNode(name=node.name, interfaces=node.interfaces, fields=fields)
