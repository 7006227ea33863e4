"""What a field costs by declaration: `@cost(value:, perCity:)` read off the graph once per version.

The declarations reach us in two spellings: as Strawberry directive objects on the field's definition, and as AST
directives when a schema was built from SDL.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    value_from_ast_untyped,
)

COST = "cost"
CITY_ENUM = "CityId"


@dataclass(frozen=True, slots=True)
class Cost:
    """`value` per call, times the number of cities asked when `per_city`."""

    value: int
    per_city: bool


Costs = Mapping[tuple[str, str], Cost]


def declared_costs(schema: GraphQLSchema) -> Costs:
    """By (type name, field name); fields without `@cost` are absent."""
    return {
        (name, field_name): cost
        for name, kind in schema.type_map.items()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        for field_name, field in kind.fields.items()
        if (cost := _declared(field)) is not None
    }


def city_count(schema: GraphQLSchema) -> int:
    """How many cities a fan-out without `cities` asks; 1 in a graph that has none."""
    cities = schema.type_map.get(CITY_ENUM)
    return max(1, len(cities.values)) if isinstance(cities, GraphQLEnumType) else 1


def _declared(field: GraphQLField) -> Cost | None:
    definition = (field.extensions or {}).get("strawberry-definition")
    for directive in getattr(definition, "directives", None) or ():
        declared = getattr(type(directive), "__strawberry_directive__", None)
        if declared is not None and (declared.graphql_name or declared.python_name).lower() == COST:
            return _cost(vars(directive) if hasattr(directive, "__dict__") else {})
    for node in (field.ast_node.directives or ()) if field.ast_node else ():
        if node.name.value == COST:
            return _cost(
                {argument.name.value: value_from_ast_untyped(argument.value) for argument in node.arguments or ()}
            )
    return None


def _cost(given: Mapping[str, Any]) -> Cost:
    return Cost(int(given["value"]), bool(given.get("per_city", given.get("perCity", False))))
