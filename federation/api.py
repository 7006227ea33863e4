"""From the supergraph's document to the API schema: what a client may see and ask.

Rules: everything of the join and link machinery goes; whatever carries `@inaccessible` goes, and with it what would
dangle (union members, `implements`). Directives applied by subgraph authors are not part of the API.
"""

from dataclasses import replace
from typing import Any

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    SchemaDefinitionNode,
    build_ast_schema,
    value_from_ast_untyped,
)

from .failures import UnreadableSupergraph

_KEPT_DIRECTIVES = ("deprecated", "specifiedBy", "oneOf")
_MACHINERY = (
    "join__",
    "link__",
    "core__",
    "context__",
    "policy__",
    "requiresScopes__",
    "federation__",
    "inaccessible__",
    "tag__",
)
_CHILDREN = ("fields", "values", "arguments")


def full_schema(document: DocumentNode) -> GraphQLSchema:
    """Every type and field, the inaccessible ones too: the schema that field sets and plans are written in."""
    return _built(document, hidden=())


def api_schema(document: DocumentNode) -> GraphQLSchema:
    """What clients see.  Raises: UnreadableSupergraph: nothing that can be queried is left."""
    return _built(document, hidden=_inaccessible_names(document))


def _built(document: DocumentNode, *, hidden: tuple[str, ...]) -> GraphQLSchema:
    kept = [node for node in document.definitions if _is_api(node) and not _has(node, hidden)]
    gone = {node.name.value for node in document.definitions if _has(node, hidden)}  # type: ignore[attr-defined]
    definitions = tuple(_stripped(node, hidden, gone) for node in kept)
    try:
        return build_ast_schema(DocumentNode(definitions=definitions), assume_valid=True, assume_valid_sdl=True)
    except (GraphQLError, TypeError) as problem:
        raise UnreadableSupergraph(f"The supergraph does not make a schema: {problem}") from None


def _is_api(node: Any) -> bool:
    if isinstance(node, DirectiveDefinitionNode):
        return False
    return not (getattr(node, "name", None) and node.name.value.startswith(_MACHINERY))


def _inaccessible_names(document: DocumentNode) -> tuple[str, ...]:
    """`@inaccessible` under every name that the document's links give it."""
    names = {"inaccessible"}
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode):
            for applied in node.directives or ():
                given = {part.name.value: value_from_ast_untyped(part.value) for part in applied.arguments or ()}
                if "/inaccessible/" in str(given.get("url") or given.get("feature") or "") and given.get("as"):
                    names.add(str(given["as"]))
    return tuple(sorted(names))


def _has(node: Any, names: tuple[str, ...]) -> bool:
    return any(applied.name.value in names for applied in getattr(node, "directives", None) or ())


def _stripped(node: Any, hidden: tuple[str, ...], gone: set[str]) -> Any:
    """The node without hidden children, without references to hidden types and without foreign directives."""
    changes: dict[str, Any] = {}
    if getattr(node, "directives", None):
        changes["directives"] = tuple(each for each in node.directives if each.name.value in _KEPT_DIRECTIVES)
    for part in _CHILDREN:
        children = getattr(node, part, None)
        if children:
            changes[part] = tuple(_stripped(child, hidden, gone) for child in children if not _has(child, hidden))
    for part in ("interfaces", "types"):
        names = getattr(node, part, None)
        if names:
            changes[part] = tuple(each for each in names if each.name.value not in gone)
    if isinstance(node, SchemaDefinitionNode):
        changes["operation_types"] = tuple(each for each in node.operation_types if each.type.name.value not in gone)
    return replace(node, **changes) if changes else node
