"""The graph as a subgraph: which of its entities others may refer to, and what Federation v2 adds to it.

One canonical document gives two: `composed` is what a supergraph is composed of (`_service { sdl }`), `served` is what runs.
Rules: an entity is public, and its key is something that the outside knows (a GB/T 2260 code, an item code) or was given by
this graph (an id). Bills, appointments and cases are no entities: nobody but the citizen has business with them.
The directives that are instructions to this gateway (@op, @cost) are not composed: to others they mean nothing, and later
versions of Federation have a @cost of their own.
"""

from collections.abc import Mapping

from graphql import parse
from graphql.language import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    Node,
    ObjectTypeDefinitionNode,
    Visitor,
    visit,
)
from graphql.language.visitor import REMOVE

from schema.contributed import merged

KEYS: Mapping[str, str] = {"City": "code", "Service": "code", "ServiceProvider": "id", "Venue": "id"}
SHARED = frozenset({"PageInfo", "Money"})  # values that another subgraph may well define alike
GATEWAY_ONLY = frozenset({"op", "cost"})
ANSWERED = frozenset({"Query._service", "Query._entities"})

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])'
PROTOCOL = f"""
"实体的表示:类型名及其键。 A representation: __typename and the fields of a key."
scalar _Any
"可由超图引用的实体。 The entities that a supergraph may refer to."
union _Entity = {" | ".join(KEYS)}
"子图自述。 The subgraph about itself."
type _Service {{ sdl: String! }}
extend type Query {{ _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }}
"""  # Apollo Federation v2, subgraph specification


def served(document: DocumentNode) -> DocumentNode:
    """The canonical document with the protocol's two fields: the schema that runs."""
    return merged(document, parse(PROTOCOL, no_location=True).definitions)


def composed(document: DocumentNode) -> DocumentNode:
    """The canonical document with its link, its keys and its shared values: the SDL that is composed."""
    link = parse(LINK, no_location=True).definitions
    kept: DocumentNode = visit(document, WithoutOwn())
    return DocumentNode(definitions=(*link, *map(marked, kept.definitions)))


class WithoutOwn(Visitor):
    """Drops the directives that are for this gateway alone, where they are declared and where they are applied."""

    def enter(self, node: Node, *_: object) -> object:
        """Visit one node."""
        own = isinstance(node, DirectiveDefinitionNode | DirectiveNode) and node.name.value in GATEWAY_ONLY
        return REMOVE if own else None


def marked(definition: DefinitionNode) -> DefinitionNode:
    """An entity with its key, a shared value with its mark, anything else as it is."""
    if not isinstance(definition, ObjectTypeDefinitionNode):
        return definition
    name = definition.name.value
    marks = [f'@key(fields: "{KEYS[name]}")'] if name in KEYS else ["@shareable"] if name in SHARED else []
    return ObjectTypeDefinitionNode(
        name=definition.name,
        description=definition.description,
        interfaces=definition.interfaces,
        directives=(*(definition.directives or ()), *map(applied, marks)),
        fields=definition.fields,
    )


def applied(mark: str) -> ConstDirectiveNode:
    """The directive that a text applies."""
    (definition,) = parse(f"scalar X {mark}", no_location=True).definitions
    directive: ConstDirectiveNode = definition.directives[0]  # type: ignore[attr-defined]
    return directive
