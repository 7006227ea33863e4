"""A subgraph: SDL read and normalised, so that the rest of composition sees one dialect.

Local names of federation's directives are resolved, root types have their default names, and what only serves the
protocol between router and subgraph (`_service`, `_entities`, `_Any`, …) is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from graphql import GraphQLError, parse
from graphql.language import (
    DirectiveDefinitionNode,
    DocumentNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
)

from federation.codes import CompositionError, in_subgraph
from federation.definitions import (
    BUILT_IN_SCALARS,
    ROOT_NAMES,
    Applied,
    Argument,
    DirectiveDef,
    Field,
    Operation,
    TypeDef,
)
from federation.links import Links, read_links
from federation.reading import read_applied, read_directive, read_types
from federation.rules import root_mutation_used, root_query_used, root_subscription_used
from federation.specs import FEDERATION_1
from federation.wrapping import named

PROTOCOL_TYPES = ("_Any", "_Entity", "_Service", "_FieldSet")
PROTOCOL_FIELDS = ("_service", "_entities")
LINK_TYPES = ("link__Import", "link__Purpose", "core__Purpose")
MAX_SDL_CHARACTERS = 20_000_000
MAX_TOKENS = 4_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """A subgraph as it is given to composition."""

    name: str
    sdl: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One subgraph, normalised."""

    name: str
    url: str
    links: Links
    types: Mapping[str, TypeDef]
    directives: Mapping[str, DirectiveDef] = field(default_factory=dict)
    """The subgraph's own directives, and redefinitions of GraphQL's."""
    redefined: Mapping[str, DirectiveDef] = field(default_factory=dict)
    """The subgraph's copies of federation's directives, by local name."""
    schema_applied: tuple[Applied, ...] = ()
    document: DocumentNode = field(default_factory=DocumentNode)

    @property
    def federation_1(self) -> bool:
        """Whether it is written for Federation 1."""
        return self.links.version == FEDERATION_1


def read_subgraph(source: Source) -> tuple[Subgraph | None, tuple[CompositionError, ...]]:
    """The subgraph, or every reason why it cannot be read."""
    try:
        if len(source.sdl) > MAX_SDL_CHARACTERS:
            raise GraphQLError(f"the SDL has {len(source.sdl)} characters, at most {MAX_SDL_CHARACTERS} are read")
        document = parse(source.sdl, no_location=True, max_tokens=MAX_TOKENS)
    except GraphQLError as error:
        return None, (in_subgraph(source.name, "INVALID_GRAPHQL", error.message),)
    except RecursionError:
        return None, (in_subgraph(source.name, "INVALID_GRAPHQL", "The SDL is nested too deeply."),)
    return _read_document(source, document)


def _read_document(source: Source, document: DocumentNode) -> tuple[Subgraph | None, tuple[CompositionError, ...]]:
    schemas = [one for one in document.definitions if isinstance(one, SchemaDefinitionNode | SchemaExtensionNode)]
    schema_directives = [one for schema in schemas for one in schema.directives or ()]
    own = [one for one in document.definitions if isinstance(one, DirectiveDefinitionNode)]
    links, errors = read_links(source.name, schema_directives, [one.name.value for one in own])
    if errors:
        return None, errors
    types = read_types(document.definitions, links.directives)
    roots = _roots(schemas, types)
    errors = _clashing_roots(source.name, roots, types)
    if errors:
        return None, errors
    defined = {one.name.value: read_directive(one, links.directives) for one in own}
    specified = {name: one for name, one in defined.items() if name in links.directives or name == "link"}
    subgraph = Subgraph(
        name=source.name,
        url=source.url,
        links=links,
        types=_normalised(types, roots, links),
        directives={name: one for name, one in defined.items() if name not in specified},
        redefined=specified,
        schema_applied=read_applied(schema_directives, links.directives),
        document=document,
    )
    return subgraph, ()


def _roots(
    schemas: Iterable[SchemaDefinitionNode | SchemaExtensionNode], types: Mapping[str, TypeDef]
) -> dict[Operation, str]:
    roots: dict[Operation, str] = {
        operation: name for operation, name in ROOT_NAMES.items() if name in types and types[name].kind == "OBJECT"
    }
    for schema in schemas:
        for one in schema.operation_types or ():
            roots[one.operation.value] = one.type.name.value
    return roots


CLASHING_ROOT: Mapping[Operation, Callable[[str, str], CompositionError]] = {
    "query": root_query_used.error,
    "mutation": root_mutation_used.error,
    "subscription": root_subscription_used.error,
}


def _clashing_roots(
    subgraph: str, roots: Mapping[Operation, str], types: Mapping[str, TypeDef]
) -> tuple[CompositionError, ...]:
    return tuple(
        CLASHING_ROOT[operation](subgraph, name)
        for operation, name in roots.items()
        if name != ROOT_NAMES[operation] and ROOT_NAMES[operation] in types
    )


def _normalised(types: Mapping[str, TypeDef], roots: Mapping[Operation, str], links: Links) -> dict[str, TypeDef]:
    renamed = {name: ROOT_NAMES[operation] for operation, name in roots.items() if name != ROOT_NAMES[operation]}
    hidden = {*PROTOCOL_TYPES, *LINK_TYPES, *links.types, *BUILT_IN_SCALARS}
    kept: dict[str, TypeDef] = {}
    for one in types.values():
        if one.name in hidden:
            continue
        renaming = _renamed(one, renamed) if renamed else one
        kept[renaming.name] = _without_protocol(renaming) if renaming.name == "Query" else renaming
    # Every subgraph answers `_service` and `_entities`, so every one has a query type.
    kept.setdefault("Query", TypeDef("Query", "OBJECT"))
    return kept


def _without_protocol(query: TypeDef) -> TypeDef:
    return replace(query, fields={name: one for name, one in query.fields.items() if name not in PROTOCOL_FIELDS})


def _renamed(one: TypeDef, names: Mapping[str, str]) -> TypeDef:
    def text(old: str) -> str:
        name = named(old)
        return old.replace(name, names[name]) if name in names else old

    def argument(old: Argument) -> Argument:
        return replace(old, type=text(old.type))

    def of_field(old: Field) -> Field:
        return replace(old, type=text(old.type), args={name: argument(arg) for name, arg in old.args.items()})

    return replace(
        one,
        name=text(one.name),
        fields={name: of_field(old) for name, old in one.fields.items()},
        members=tuple(map(text, one.members)),
    )
