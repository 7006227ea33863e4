"""Directives as they are applied to a field or type: the promises that others keep (@assurance here, @cost at the edge)."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLField, GraphQLInputField, GraphQLObjectType, GraphQLSchema, get_directive_values

Marked = GraphQLField | GraphQLInputField | GraphQLObjectType


def applied(core: GraphQLSchema, marked: Marked, name: str) -> Mapping[str, Any] | None:
    """The arguments of one directive on a field or type, defaults filled in under their SDL names; None where it is not applied."""
    directive = core.get_directive(name)
    return get_directive_values(directive, marked.ast_node) if directive and marked.ast_node else None
