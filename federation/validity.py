"""Whether a subgraph is valid GraphQL once federation's definitions stand beside its own.

graphql-core decides, on a document that has what a subgraph may leave out: the definitions of the directives it links,
a base for every `extend`, and the types of the subgraph protocol.  Values of arguments and defaults are checked here,
because graphql-core does not check them in SDL.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from graphql import build_ast_schema, parse, validate_schema
from graphql.language import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    ListTypeNode,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    TypeDefinitionNode,
    TypeExtensionNode,
)
from graphql.language import ast as nodes
from graphql.language.ast import TypeNode
from graphql.validation import PossibleTypeExtensionsRule
from graphql.validation.specified_rules import specified_sdl_rules
from graphql.validation.validate import validate_sdl

from federation.codes import CompositionError, in_subgraph
from federation.specs import SPEC_TYPES, definition
from federation.subgraph import Subgraph

RULES = tuple(rule for rule in specified_sdl_rules if rule is not PossibleTypeExtensionsRule)
MAX_ERRORS = 50
PROTOCOL = """
scalar _Any
scalar _Entity
type _Service { sdl: String }
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
"""
# A subgraph may have no queries, and `extend type Query` may be empty.
ACCEPTED = ("Query root type must be provided.", "Type Query must define one or more fields.")


def validity_errors(subgraph: Subgraph) -> tuple[CompositionError, ...]:
    """What graphql-core finds wrong with the completed subgraph."""
    document = completed(subgraph)
    messages = [error.message for error in validate_sdl(document, rules=RULES)[:MAX_ERRORS]]
    if not messages:
        messages = _schema_messages(document)
    return tuple(in_subgraph(subgraph.name, "INVALID_GRAPHQL", message) for message in dict.fromkeys(messages))


def _schema_messages(document: DocumentNode) -> list[str]:
    try:
        schema = build_ast_schema(document, assume_valid_sdl=True)
        errors = validate_schema(schema)
    except (TypeError, ValueError, RecursionError) as error:
        return [str(error) or "The types are nested too deeply."]
    return [error.message for error in errors if error.message not in ACCEPTED][:MAX_ERRORS]


def completed(subgraph: Subgraph) -> DocumentNode:
    """The subgraph's document with every definition that it may leave out."""
    specified = subgraph.links.directives
    own = [
        node
        for node in based(subgraph.document.definitions)
        if not (isinstance(node, DirectiveDefinitionNode) and node.name.value in specified)
    ]
    taken = {_key(node) for node in own}
    added = [node for node in (*_protocol(), *_specified(subgraph)) if _key(node) not in taken]
    return DocumentNode(definitions=(*own, *added))


def based(definitions: tuple[DefinitionNode, ...]) -> Iterator[DefinitionNode]:
    """Extensions of types that are not defined become definitions, the first of each name."""
    defined = {node.name.value for node in definitions if isinstance(node, TypeDefinitionNode)}
    for node in definitions:
        if isinstance(node, TypeExtensionNode) and node.name.value not in defined:
            defined.add(node.name.value)
            yield _as_definition(node)
        else:
            yield node


def _as_definition(node: TypeExtensionNode) -> DefinitionNode:
    form = getattr(nodes, type(node).__name__.replace("Extension", "Definition"))
    made: DefinitionNode = form(**{key: getattr(node, key) for key in node.keys if key != "loc"})
    return made


def _key(node: DefinitionNode) -> tuple[bool, str]:
    name = getattr(node, "name", None)
    return isinstance(node, DirectiveDefinitionNode), name.value if name else ""


@cache
def _protocol() -> tuple[DefinitionNode, ...]:
    return parse(PROTOCOL, no_location=True).definitions


def _specified(subgraph: Subgraph) -> Iterator[DefinitionNode]:
    links = subgraph.links
    version = max(links.version, (2, 0)) if not subgraph.federation_1 else links.version
    for local, name in links.directives.items():
        spec = definition(name, version)
        arguments = tuple(_localised(arg, subgraph) for arg in spec.arguments or ())
        yield DirectiveDefinitionNode(
            name=NameNode(value=local),
            arguments=arguments,
            repeatable=spec.repeatable,
            locations=spec.locations,
        )
    for name in SPEC_TYPES:
        yield nodes.ScalarTypeDefinitionNode(name=NameNode(value=_local_type(name, subgraph)), directives=())


def _local_type(name: str, subgraph: Subgraph) -> str:
    return "_FieldSet" if subgraph.federation_1 and name == "FieldSet" else subgraph.links.local_type(name)


def _localised(arg: nodes.InputValueDefinitionNode, subgraph: Subgraph) -> nodes.InputValueDefinitionNode:
    def localised(node: TypeNode) -> TypeNode:
        match node:
            case NonNullTypeNode():
                return NonNullTypeNode(type=localised(node.type))  # type: ignore[arg-type]
            case ListTypeNode():
                return ListTypeNode(type=localised(node.type))
            case NamedTypeNode() if node.name.value in SPEC_TYPES:
                return NamedTypeNode(name=NameNode(value=_local_type(node.name.value, subgraph)))
            case _:
                return node

    return nodes.InputValueDefinitionNode(
        name=arg.name, type=localised(arg.type), default_value=arg.default_value, directives=()
    )
