"""Leaf values of rows as clients see them, for the plain case: each leaf type's own function, behind a look at the value's type.

Text that is text, a whole number in range and a known enum value pass at once; anything else is for the type's own function
to bring to form, the same one that graphql-core calls. A value that it refuses is a `Surprise`, and so is null where none may be.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)
from graphql.type import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT
from strawberry.execution.is_awaitable import optimized_is_awaitable

Leaf: TypeAlias = Callable[[Any, Any], Any]
"""(value, anything) → what to show.  Raises: Surprise."""

MAX_KNOWN = 4_000  # texts of one scalar, at most some 0.5 MB
MAX_KNOWN_CHARACTERS = 32
TEXTS = frozenset((GraphQLString.coerce_output_value, GraphQLID.coerce_output_value))
BUILT_IN = TEXTS | {each.coerce_output_value for each in (GraphQLInt, GraphQLFloat, GraphQLBoolean)}


class Surprise(Exception):
    """A value that cannot be shown without a second look: graphql-core takes that, and makes the errors."""


def leaf(type_: GraphQLLeafType, *, nullable: bool) -> Leaf:
    """How the values of one type are shown."""
    coerce = type_.coerce_output_value
    known = remembered(coerce) if isinstance(type_, GraphQLScalarType) and coerce not in BUILT_IN else None
    careful = checked(coerce, known, nullable=nullable)
    if isinstance(type_, GraphQLEnumType):
        return named(type_, careful)
    if type_.coerce_output_value in TEXTS:
        return text(careful)
    if type_.coerce_output_value is GraphQLInt.coerce_output_value:
        return whole(careful)
    if type_.coerce_output_value is GraphQLBoolean.coerce_output_value:
        return truth(careful)
    return careful


@lru_cache(maxsize=16)
def remembered(_coerce: Callable[[Any], Any]) -> dict[str, Any]:
    """What one scalar's function made of the latest short texts, in whichever graph: days, moments and amounts come again."""
    return {}


def checked(coerce: Callable[[Any], Any], known: dict[str, Any] | None, *, nullable: bool) -> Leaf:
    """Any value, by its type's own function."""

    def show(value: Any, _: Any) -> Any:
        if type(value) is str:
            shown = known.get(value) if known is not None else None
            if shown is not None:
                return shown
        else:
            if value is None and nullable:
                return None
            if value is None or isinstance(value, Exception) or value is Undefined or optimized_is_awaitable(value):
                raise Surprise
        try:
            shown = coerce(value)
        except Exception:  # noqa: BLE001  whatever it is: graphql-core will meet it again and tell it
            raise Surprise from None
        if shown is None or shown is Undefined:
            raise Surprise
        if known is not None and type(value) is str and type(shown) is str and len(value) <= MAX_KNOWN_CHARACTERS:
            if len(known) >= MAX_KNOWN:
                known.clear()
            known[value] = shown
        return shown

    return show


def text(careful: Leaf) -> Leaf:
    return lambda value, run: value if type(value) is str else careful(value, run)


def whole(careful: Leaf) -> Leaf:
    def show(value: Any, run: Any) -> Any:
        return value if type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT else careful(value, run)

    return show


def truth(careful: Leaf) -> Leaf:
    return lambda value, run: value if value is True or value is False else careful(value, run)


def named(type_: GraphQLEnumType, careful: Leaf) -> Leaf:
    """Enum values that are text, looked up; the first name of a value counts, as for graphql-core."""
    names: dict[str, str] = {}
    for name, each in type_.values.items():
        value = name if each.value is None or each.value is Undefined else each.value
        if type(value) is str:
            names.setdefault(value, name)
    find = names.get

    def show(value: Any, run: Any) -> Any:
        return (find(value) if type(value) is str else None) or careful(value, run)

    return show
