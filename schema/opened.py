"""What of a city's own subgraph enters the graph: types with the city's prefix, and fields on the entities the graph opens.

Everything else of its SDL serves canonical operations only: its own `me` or `Bill` never meets the graph's. Rules:
1. A type enters under the city's prefix, unless the graph has one of that name; its fields enter as far as their types do.
2. An entity's field enters where the city answers for the entity by the graph's key, and the graph has no such field.
3. What the city hides (@inaccessible), does not answer (@external) or needs more for (@requires) stays outside.
4. A field fetched across a city border may fail alone, so whatever the city says, it is nullable here.
5. It is asked for without a word about any citizen, so it is public; what the city gives to some people only, stays outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from graphql import GraphQLError, parse, print_ast, visit
from graphql.language import (
    ConstDirectiveNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    StringValueNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    Visitor,
)
from graphql.language.visitor import REMOVE

from schema.subgraph import KEYS

MAX_SDL_CHARACTERS = 500_000
MAX_ROUNDS = 50  # how far the loss of one type may spread
BUILT_IN = frozenset({"Boolean", "Float", "ID", "Int", "String"})
WITHHELD = frozenset({"external", "inaccessible", "requires"})
GUARDED = frozenset({"assurance", "authenticated", "policy", "requiresScopes"})  # Federation v2.5, v2.6, and our own
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


def opened(city: str, sdl: str, entities: Mapping[str, Entity], taken: frozenset[str] = frozenset()) -> Opened:
    """What enters of one city's SDL. `city`: its slug, whose capitalised form is the prefix of its types.

    `taken`: names of types that the graph has already. Raises: UnfitSdl.
    """
    document = read(sdl)
    answered = {name: entity for name, entity in entities.items() if answers_for(document, name, entity.key)}
    open_part: DocumentNode = visit(document, Outside())
    types = closed(own_types(open_part, city.capitalize(), taken), entities)
    known = BUILT_IN.union(entities, (node.name.value for node in types))
    added = {name: list(additions(open_part, name, entity, known)) for name, entity in answered.items()}
    added = {name: fields for name, fields in added.items() if fields}
    if not added:
        return Opened("", "", frozenset())
    printed = [print_ast(node) for node in types]
    extensions = [f"extend type {name} {block(fields)}" for name, fields in added.items()]
    wanted = mentioned((*types, *(field for fields in added.values() for field in fields))) | set(added)
    keyed = [keyed_type(name, entity, added.get(name, ())) for name, entity in entities.items() if name in wanted]
    return Opened(
        "\n".join([*printed, *extensions]),
        "\n".join([LINK, *printed, *keyed]),
        frozenset(f"{name}.{field.name.value}" for name, fields in added.items() for field in fields),
    )


def entities(own: DocumentNode) -> Mapping[str, Entity]:
    """The entities that a city's subgraph may add fields to, as the own graph has them."""
    found = {}
    for node in own.definitions:
        if isinstance(node, ObjectTypeDefinitionNode) and node.name.value in KEYS:
            key = KEYS[node.name.value]
            fields = {field.name.value: field for field in node.fields or ()}
            found[node.name.value] = Entity(key, print_ast(fields[key].type), frozenset(fields))
    return found


def type_names(*documents: DocumentNode) -> frozenset[str]:
    """The names of the types that some texts define."""
    nodes = (node for document in documents for node in document.definitions)
    return frozenset(node.name.value for node in nodes if isinstance(node, TypeDefinitionNode))


def read(sdl: str) -> DocumentNode:
    """Parse the text, bounded. Raises: UnfitSdl."""
    if len(sdl) > MAX_SDL_CHARACTERS:
        raise UnfitSdl(f"the SDL has {len(sdl)} characters; {MAX_SDL_CHARACTERS} are allowed")
    try:
        return parse(sdl)
    except GraphQLError as error:
        at = error.locations[0] if error.locations else None
        raise UnfitSdl(f"{f'line {at.line}:{at.column}: ' if at else ''}{error.message}") from None
    except RecursionError:
        raise UnfitSdl("the SDL is nested too deep") from None


def answers_for(document: DocumentNode, name: str, key: str) -> bool:
    """Does the city resolve the entity by this key? A type of the same name without it is another thing."""
    return any(
        isinstance(node, Object) and node.name.value == name and any(by(mark, key) for mark in node.directives or ())
        for node in document.definitions
    )


def by(mark: DirectiveNode, key: str) -> bool:
    """Is this a resolvable @key of exactly these fields?"""
    given = {argument.name.value: argument.value for argument in mark.arguments or ()}
    fields, resolvable = given.get("fields"), getattr(given.get("resolvable"), "value", True)
    return word(mark) == "key" and isinstance(fields, StringValueNode) and fields.value.strip() == key and resolvable


def word(mark: DirectiveNode) -> str:
    """A federation directive's own name, whether imported or not."""
    return mark.name.value.removeprefix("federation__")


class Outside(Visitor):
    """Takes away what the city withholds or guards, and all directives: what it tells its own router is not for this graph."""

    def enter(self, node: Node, *_: object) -> object:
        """Visit one node."""
        if isinstance(node, DirectiveNode | ConstDirectiveNode):
            return REMOVE
        marks = getattr(node, "directives", None) or ()
        return REMOVE if any(word(mark) in WITHHELD | GUARDED for mark in marks) else None


def own_types(document: DocumentNode, prefix: str, taken: frozenset[str]) -> Iterator[Named]:
    """The types that bear the city's prefix: ChengduGuide for Chengdu, but not Chengdunese."""
    for node in document.definitions:
        if isinstance(node, Named) and node.name.value not in taken:
            rest = node.name.value.removeprefix(prefix)
            if rest and rest != node.name.value and not rest[0].islower():
                yield node


def closed(types: Iterable[Named], entities: Iterable[str]) -> list[Named]:
    """The types as far as everything they mention enters too. Raises: UnfitSdl: one thing hangs on too many others."""
    kept, foreign = list(types), BUILT_IN.union(entities)
    for _ in range(MAX_ROUNDS):
        size, own = sum(map(members, kept)), frozenset(node.name.value for node in kept)
        known = own | foreign
        kept = [fit for node in kept if (fit := fitting(node, known, own))]
        if sum(map(members, kept)) == size:
            return kept
    raise UnfitSdl(f"types without the city's prefix are mentioned over more than {MAX_ROUNDS} others")


def members(node: Named) -> int:
    return 1 + sum(len(getattr(node, part, None) or ()) for part in ("fields", "interfaces", "types"))


def fitting(node: Named, known: frozenset[str], own: frozenset[str]) -> Named | None:
    """One type without what mentions strangers; None where nothing is left, or a stranger cannot be left out."""
    match node:
        case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
            fields = tuple(field for field in node.fields or () if mentioned([field]) <= known)
            above = tuple(each for each in node.interfaces or () if each.name.value in own)
            made = type(node)(name=node.name, description=node.description, interfaces=above, fields=fields)
            return made if fields else None
        case UnionTypeDefinitionNode():
            types = tuple(each for each in node.types or () if each.name.value in own)
            return UnionTypeDefinitionNode(name=node.name, description=node.description, types=types) if types else None
        case InputObjectTypeDefinitionNode():
            return node if mentioned([node]) <= known else None
        case _:
            return node if node.values else None


def additions(
    document: DocumentNode, name: str, entity: Entity, known: frozenset[str]
) -> Iterator[FieldDefinitionNode]:
    """The fields that the city adds to one entity: new ones, of types and arguments that entered too."""
    seen = set(entity.fields)
    for node in document.definitions:
        if isinstance(node, Object) and node.name.value == name:
            for field in node.fields or ():
                if field.name.value not in seen and mentioned([field]) <= known:
                    seen.add(field.name.value)
                    yield nullable(field)


def nullable(field: FieldDefinitionNode) -> FieldDefinitionNode:
    """The field that may be null."""
    inner = field.type.type if isinstance(field.type, NonNullTypeNode) else field.type
    return FieldDefinitionNode(name=field.name, description=field.description, arguments=field.arguments, type=inner)


def keyed_type(name: str, entity: Entity, fields: Iterable[FieldDefinitionNode]) -> str:
    """The entity as the city's subgraph has it: its key, and what the city adds."""
    stub = f'type {name} @key(fields: "{entity.key}") {{ {entity.key}: {entity.key_type} }}'
    return f"{stub}\nextend type {name} {block(fields)}" if fields else stub


def block(fields: Iterable[FieldDefinitionNode]) -> str:
    return "{\n" + "\n".join(print_ast(field) for field in fields) + "\n}"


def mentioned(nodes: Iterable[Named | FieldDefinitionNode]) -> set[str]:
    """The types of fields, of their arguments, and of the fields of types."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, FieldDefinitionNode):
            found |= {named(node.type), *(named(argument.type) for argument in node.arguments or ())}
        elif isinstance(node, InputObjectTypeDefinitionNode):
            found |= {named(field.type) for field in node.fields or ()}
        elif isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            found |= mentioned(node.fields or ())
    return found


def named(node: TypeNode) -> str:
    """The name inside `!` and `[]`."""
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        node = node.type
    return node.name.value if isinstance(node, NamedTypeNode) else ""
