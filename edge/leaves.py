"""Leaf values of rows as clients see them, for the plain case: each leaf type's own function, behind a look at the value's type.

Text that is text, a whole number in range and a known enum value pass at once; anything else is for the type's own function
to bring to form, the same one that graphql-core calls. A value that it refuses is a `Surprise`.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)
from graphql.type import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT
from strawberry.execution.is_awaitable import optimized_is_awaitable

Leaf: TypeAlias = Callable[[Any], Any]
"""A value that is not null → what to show.  Raises: Surprise."""

TEXTS = frozenset((GraphQLString.coerce_output_value, GraphQLID.coerce_output_value))


class Surprise(Exception):
    """A value that cannot be shown without a second look: graphql-core takes that, and makes the errors."""


def leaf(type_: GraphQLLeafType) -> Leaf:
    """How the values of one type are shown."""
    careful = checked(type_.coerce_output_value)
    if isinstance(type_, GraphQLEnumType):
        return named(type_, careful)
    if type_.coerce_output_value in TEXTS:
        return text(careful)
    if type_.coerce_output_value is GraphQLInt.coerce_output_value:
        return whole(careful)
    if type_.coerce_output_value is GraphQLBoolean.coerce_output_value:
        return truth(careful)
    return careful


def checked(coerce: Callable[[Any], Any]) -> Leaf:
    """Any value, by its type's own function."""

    def show(value: Any) -> Any:
        if isinstance(value, Exception) or value is Undefined or optimized_is_awaitable(value):
            raise Surprise
        try:
            shown = coerce(value)
        except Exception:  # noqa: BLE001  whatever it is: graphql-core will meet it again and tell it
            raise Surprise from None
        if shown is None or shown is Undefined:
            raise Surprise
        return shown

    return show


def text(careful: Leaf) -> Leaf:
    return lambda value: value if type(value) is str else careful(value)


def whole(careful: Leaf) -> Leaf:
    def show(value: Any) -> Any:
        return value if type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT else careful(value)

    return show


def truth(careful: Leaf) -> Leaf:
    return lambda value: value if value is True or value is False else careful(value)


def named(type_: GraphQLEnumType, careful: Leaf) -> Leaf:
    """Enum values that are text, looked up; the first name of a value counts, as for graphql-core."""
    names: dict[str, str] = {}
    for name, each in type_.values.items():
        value = name if each.value is None or each.value is Undefined else each.value
        if type(value) is str:
            names.setdefault(value, name)
    find = names.get

    def show(value: Any) -> Any:
        return (find(value) if type(value) is str else None) or careful(value)

    return show
