"""Directives as they are applied to a field: the promises that others keep (@assurance here, @cost at the edge, @pii in logs)."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLField, GraphQLInputField, GraphQLSchema, get_directive_values


def applied(core: GraphQLSchema, field: GraphQLField | GraphQLInputField, name: str) -> Mapping[str, Any] | None:
    """The arguments of one directive on a field, defaults filled in under their SDL names; None where it is not applied."""
    directive = core.get_directive(name)
    return get_directive_values(directive, field.ast_node) if directive and field.ast_node else None
