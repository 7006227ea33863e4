"""What of a city's own subgraph enters the graph: types with the city's prefix, and fields on the entities the graph opens.

Everything else of its SDL serves canonical operations only: its own `me` or `Bill` never meets the graph's. A field fetched
across a city border may fail alone, so whatever the city says, it is nullable here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import GraphQLError, parse, print_ast
from graphql.language import (
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    TypeNode,
    UnionTypeDefinitionNode,
)

MAX_SDL_CHARACTERS = 500_000
BUILT_IN = frozenset({"Boolean", "Float", "ID", "Int", "String"})
LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])'
Named = (
    ObjectTypeDefinitionNode
    | InterfaceTypeDefinitionNode
    | UnionTypeDefinitionNode
    | EnumTypeDefinitionNode
    | InputObjectTypeDefinitionNode
)
Object = ObjectTypeDefinitionNode | ObjectTypeExtensionNode


class UnfitSdl(ValueError):
    """A city's SDL that cannot be read; the text says where."""


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity that the graph opens: its key, the key's type, and the fields it has already."""

    key: str
    key_type: str
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Opened:
    """`contribution`: SDL that extends the canonical graph. `subgraph`: the same as a Federation subgraph, with keys.

    `coordinates`: the entity fields that came in, such as `City.districts`; empty where the city adds nothing.
    """

    contribution: str
    subgraph: str
    coordinates: frozenset[str]


def opened(city: str, sdl: str, entities: Mapping[str, Entity]) -> Opened:
    """What enters of one city's SDL. `city`: its slug, whose capitalised form is the prefix of its types. Raises: UnfitSdl."""
    document = read(sdl)
    prefix = city.capitalize()
    types = [stripped(node) for node in document.definitions if isinstance(node, Named) and own(node, prefix)]
    known = BUILT_IN | {node.name.value for node in types}
    added = {name: list(additions(document, name, entity, known)) for name, entity in entities.items()}
    added = {name: fields for name, fields in added.items() if fields}
    extensions = [f"extend type {name} {block(fields)}" for name, fields in added.items()]
    keyed = [keyed_type(name, entities[name], fields) for name, fields in added.items()]
    printed = [print_ast(node) for node in types] if added else []
    return Opened(
        "\n".join([*printed, *extensions]),
        "\n".join([LINK, *printed, *keyed]),
        frozenset(f"{name}.{field.name.value}" for name, fields in added.items() for field in fields),
    )


def read(sdl: str) -> DocumentNode:
    """Parse the text, bounded. Raises: UnfitSdl."""
    if len(sdl) > MAX_SDL_CHARACTERS:
        raise UnfitSdl(f"the SDL has {len(sdl)} characters; {MAX_SDL_CHARACTERS} are allowed")
    try:
        return parse(sdl, max_tokens=MAX_SDL_CHARACTERS)
    except GraphQLError as error:
        at = error.locations[0] if error.locations else None
        raise UnfitSdl(f"{f'line {at.line}:{at.column}: ' if at else ''}{error.message}") from None


def own(node: DefinitionNode, prefix: str) -> bool:
    """Does the type bear the city's prefix?"""
    return isinstance(node, Named) and node.name.value.startswith(prefix) and node.name.value != prefix


def additions(
    document: DocumentNode, name: str, entity: Entity, known: frozenset[str] | set[str]
) -> Iterator[FieldDefinitionNode]:
    """The fields that the city adds to one entity: new ones, of types and arguments that entered too."""
    for node in document.definitions:
        if isinstance(node, Object) and node.name.value == name:
            for field in node.fields or ():
                mentioned = {named(field.type), *(named(argument.type) for argument in field.arguments or ())}
                if field.name.value not in entity.fields and mentioned <= known:
                    yield nullable(field)


def stripped(node: Named) -> Named:
    """A type without directives: what the city tells its own router is not for this graph."""
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        fields = tuple(plain(field) for field in node.fields or ())
        return type(node)(name=node.name, description=node.description, interfaces=node.interfaces, fields=fields)
    return node


def plain(field: FieldDefinitionNode) -> FieldDefinitionNode:
    """A field without directives."""
    return FieldDefinitionNode(
        name=field.name, description=field.description, arguments=field.arguments, type=field.type
    )


def nullable(field: FieldDefinitionNode) -> FieldDefinitionNode:
    """A field without directives that may be null."""
    inner = field.type.type if isinstance(field.type, NonNullTypeNode) else field.type
    return FieldDefinitionNode(name=field.name, description=field.description, arguments=field.arguments, type=inner)


def keyed_type(name: str, entity: Entity, fields: list[FieldDefinitionNode]) -> str:
    """The entity as the city's subgraph has it: its key, and what the city adds."""
    key = f'@key(fields: "{entity.key}")'
    return f"type {name} {key} {{ {entity.key}: {entity.key_type} }}\nextend type {name} {block(fields)}"


def block(fields: list[FieldDefinitionNode]) -> str:
    return "{\n" + "\n".join(print_ast(field) for field in fields) + "\n}"


def named(node: TypeNode) -> str:
    """The name inside `!` and `[]`."""
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        node = node.type
    return node.name.value if isinstance(node, NamedTypeNode) else ""
