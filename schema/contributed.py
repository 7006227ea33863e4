"""Cities' own SDL in the graph: checked against the graph and each other, and folded into the types that it extends.

That the names bear the city's prefix, and that only LocalRoot is extended, is checked by the channels.
"""

from collections.abc import Iterable, Mapping

from graphql import GraphQLError, GraphQLSchema, Source, build_ast_schema, get_directive_values, parse, validate_schema
from graphql.language import (
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    UnionTypeDefinitionNode,
)
from graphql.validation.validate import validate_sdl

CONTRIBUTED = (
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    UnionTypeDefinitionNode,
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
)


def with_local(document: DocumentNode, local_sdl: Mapping[str, str]) -> DocumentNode:
    """Add the cities' own types, and fold their `extend type` into the types they extend.

    Raises: ValueError: a text does not parse, or does not fit the graph; names the city, line and column.
    """
    if not local_sdl:
        return document
    added = tuple(node for city, sdl in local_sdl.items() for node in contribution(city, sdl).definitions)
    problems = validate_sdl(DocumentNode(definitions=(*document.definitions, *added)))
    if problems:
        raise ValueError("\n".join(f"{whose(e)}: contributed SDL{where(e)}: {e.message}" for e in problems))
    return merged(document, added)


def contribution(city: str, sdl: str) -> DocumentNode:
    """Parse one city's text. Raises: ValueError."""
    try:
        parsed = parse(Source(sdl, city))
    except GraphQLError as error:
        raise ValueError(f"{city}: contributed SDL{where(error)}: {error.message}") from None
    if strange := [d for d in parsed.definitions if not isinstance(d, CONTRIBUTED)]:
        raise ValueError(f"{city}: contributed SDL may hold types and `extend type` only, found {strange[0].kind}")
    return parsed


def whose(error: GraphQLError) -> str:
    """The city whose text is meant: the last one where two do not go together."""
    return next((node.loc.source.name for node in reversed(error.nodes or ()) if node.loc), "")


def where(error: GraphQLError) -> str:
    """The error's line and column in the contributed text; canonical nodes have no place of their own."""
    return f" at {error.locations[-1].line}:{error.locations[-1].column}" if error.locations else ""


def merged(document: DocumentNode, additions: Iterable[DefinitionNode]) -> DocumentNode:
    """Put extensions into the objects they extend, and new types at the end."""
    extensions = [d for d in additions if isinstance(d, ObjectTypeExtensionNode)]
    types = [d for d in additions if not isinstance(d, ObjectTypeExtensionNode)]
    return DocumentNode(definitions=tuple(extended(d, extensions) for d in (*document.definitions, *types)))


def extended(definition: DefinitionNode, extensions: Iterable[ObjectTypeExtensionNode]) -> DefinitionNode:
    """Append to one object the fields of its extensions."""
    if not isinstance(definition, ObjectTypeDefinitionNode):
        return definition
    own = [e for e in extensions if e.name.value == definition.name.value]
    return ObjectTypeDefinitionNode(
        loc=definition.loc,
        name=definition.name,
        description=definition.description,
        interfaces=(*(definition.interfaces or ()), *(i for e in own for i in e.interfaces or ())),
        directives=(*(definition.directives or ()), *(x for e in own for x in e.directives or ())),
        fields=(*(definition.fields or ()), *(f for e in own for f in e.fields or ())),
    )


def built(document: DocumentNode) -> GraphQLSchema:
    """Build the executable schema. Raises: ValueError: it is no valid schema, or a directive's argument does not fit."""
    try:
        core = build_ast_schema(document, assume_valid_sdl=True)
        problems = [error.message for error in validate_schema(core)]
        for definition in document.definitions:
            for field in (definition.fields or ()) if isinstance(definition, ObjectTypeDefinitionNode) else ():
                for directive in core.directives if field.directives else ():
                    get_directive_values(directive, field)
    except (GraphQLError, TypeError) as error:
        problems = [str(getattr(error, "message", error))]
    if problems:
        raise ValueError("\n".join(problems))
    return core
