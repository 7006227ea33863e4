"""Leaf values as clients may see them: checked, and brought to the form that GraphQL gives them."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLEnumType, GraphQLLeafType

MAX_INT = 2**31 - 1  # GraphQL §3.5.1
MIN_INT = -(2**31)


class WrongLeaf(Exception):
    """The value is none of its type."""


Check = Callable[[Any], Any]


def leaf(leaf_type: GraphQLLeafType) -> Check:
    """The check of a type: returns the value to show.  Raises: WrongLeaf."""
    if isinstance(leaf_type, GraphQLEnumType):
        return _enum(leaf_type)
    return _CHECKS.get(leaf_type.name, _anything)


def _enum(enum: GraphQLEnumType) -> Check:
    names = frozenset(enum.values)

    def check(value: Any) -> Any:
        if type(value) is str and value in names:
            return value
        raise WrongLeaf

    return check


def _string(value: Any) -> Any:
    if type(value) is str:
        return value
    raise WrongLeaf


def _id(value: Any) -> Any:
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    raise WrongLeaf


def _int(value: Any) -> Any:
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is int and MIN_INT <= value <= MAX_INT:
        return value
    raise WrongLeaf


def _float(value: Any) -> Any:
    if type(value) is float or type(value) is int:
        return value
    raise WrongLeaf


def _boolean(value: Any) -> Any:
    if value is True or value is False:
        return value
    raise WrongLeaf


def _anything(value: Any) -> Any:
    return value


_CHECKS: dict[str, Check] = {"String": _string, "ID": _id, "Int": _int, "Float": _float, "Boolean": _boolean}
