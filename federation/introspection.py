"""`__schema` and `__type`, answered by graphql-core on the API schema: the part of an operation that asks for them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    execute_sync,
)

from .client import Json
from .operation import Operation

FIELDS = ("__schema", "__type")


def asks_for_schema(operation: Operation) -> bool:
    """Whether a root field of the operation is one of introspection's."""
    return any(_root_fields(operation, operation.definition.selection_set, ()))


def introspect(schema: GraphQLSchema, operation: Operation, variables: Mapping[str, Json]) -> dict[str, Json]:
    """The data of the introspection fields.  The operation has been validated."""
    kept = tuple(_root_fields(operation, operation.definition.selection_set, ()))
    definition = replace(operation.definition, selection_set=SelectionSetNode(selections=kept))
    document = DocumentNode(definitions=(definition, *operation.fragments.values()))
    return execute_sync(schema, document, variable_values=dict(variables)).data or {}


def _root_fields(operation: Operation, nodes: SelectionSetNode, directives: tuple[Any, ...]) -> Iterator[FieldNode]:
    for node in nodes.selections:
        carried = (*directives, *(node.directives or ()))
        if isinstance(node, FieldNode):
            if node.name.value in FIELDS:
                yield replace(node, directives=carried)
        elif isinstance(node, InlineFragmentNode):
            yield from _root_fields(operation, node.selection_set, carried)
        elif isinstance(node, FragmentSpreadNode):
            yield from _root_fields(operation, operation.fragments[node.name.value].selection_set, carried)
