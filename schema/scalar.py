"""One scalar: its values are read from variables and from the document, written into answers, or refused.

A refused value is a GraphQLError with `extensions.code` INVALID_INPUT that says what was found and what is expected.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, Undefined
from graphql.language import (
    BooleanValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    print_ast,
)

from schema.codes import ErrorCode

MAX_SHOWN = 60  # characters of a refused value that an error repeats


class Refused(ValueError):
    """The value does not fit; the text is what was expected."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One scalar: `check` gives the inner value of a client's text, `write` the wire value of a row's. Both raise Refused."""

    name: str
    description: str
    check: Callable[[Any], Any]
    write: Callable[[Any], Any]

    def parse_value(self, value: object) -> Any:
        """Read a variable's value."""
        try:
            return self.check(value)
        except Refused as expected:
            raise refusal(self.name, shown(value), expected) from None

    def parse_literal(self, node: ValueNode, _variables: object = None) -> Any:
        """Read a value written into the document; numbers are never converted, only shown."""
        try:
            return self.check(plain(node))
        except Refused as expected:
            raise refusal(self.name, cut(print_ast(node)), expected, node) from None

    def serialize(self, value: object) -> Any:
        """Write a row's value out. The refusal does not repeat it."""
        try:
            return self.write(value)
        except Refused as expected:
            raise GraphQLError(f"{self.name} cannot be {sort(value)}: expected {expected}.") from None


def refusal(name: str, found: str, expected: Refused, node: ValueNode | None = None) -> GraphQLError:
    """Say what was found and what is expected, with the code that a client acts on."""
    message = f"{name} cannot be {found}: expected {expected}."
    return GraphQLError(message, node, extensions={"code": ErrorCode.INVALID_INPUT.value})


def cut(text: str) -> str:
    """Shorten a value that an error repeats."""
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}… ({len(text)} characters)"


def shown(value: object) -> str:
    """Show a refused value of the client's. An integer too long to print (over 4300 digits) is told by its size alone."""
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case str():
            return f'"{cut(value)}"'
        case int() if value.bit_length() <= 256:
            return cut(str(value))
        case float():
            return str(value)
        case _:
            return sort(value)


def sort(value: object) -> str:
    """Tell what sort of value it is, without the value: a row's may be personal, and errors are logged."""
    match value:
        case str():
            return f"this text of {len(value)} characters"
        case int():
            return f"an integer of {value.bit_length()} bits"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "an object"
        case _:
            return f"a {type(value).__name__}"


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as the document wrote it, not yet converted."""

    text: str


def plain(node: ValueNode) -> Any:
    """Read a literal without variables as JSON would have it. Numbers stay numerals; enum names are no JSON."""
    match node:
        case StringValueNode() | BooleanValueNode():
            return node.value
        case IntValueNode() | FloatValueNode():
            return Numeral(node.value)
        case NullValueNode():
            return None
        case ListValueNode():
            return [plain(item) for item in node.values]
        case ObjectValueNode():
            return {field.name.value: plain(field.value) for field in node.fields}
        case _:
            return Undefined


def matched(pattern: re.Pattern[str], value: object, expected: str) -> str:
    """Give the text back when the whole of it fits. Raises: Refused."""
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise Refused(expected)
