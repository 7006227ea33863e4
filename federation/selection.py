"""Field sets (`"id organization { id } ... on User { name }"`): read, walked and printed.

A field set is a selection without operation, variables or named fragments.  Reading is bounded: a set of more than
`MAX_FIELD_SET_CHARACTERS` is refused like one that does not parse.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from graphql import GraphQLError, parse, print_ast
from graphql.language import FieldNode, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode, ValueNode

MAX_FIELD_SET_CHARACTERS = 20_000
MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Selected:
    """A field of a field set, with the selection below it."""

    name: str
    args: tuple[tuple[str, ValueNode], ...] = ()
    alias: str = ""
    directives: tuple[str, ...] = ()
    below: Selection = ()
    braces: bool = False
    """Whether a selection is written after it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """An inline fragment; the type is empty for one without a type condition."""

    type: str
    directives: tuple[str, ...] = ()
    below: Selection = ()


Selection = tuple[Selected | Condition, ...]


class InvalidFieldSet(ValueError):
    """A field set that cannot be read; the message is one sentence for whoever wrote it."""


@lru_cache(maxsize=8192)
def read_field_set(text: str) -> Selection:
    """Raises InvalidFieldSet: it does not parse, is too long, or is nested deeper than `MAX_DEPTH`."""
    if len(text) > MAX_FIELD_SET_CHARACTERS:
        raise InvalidFieldSet(f"the field set has {len(text)} characters, at most {MAX_FIELD_SET_CHARACTERS} are read")
    try:
        document = parse("{" + text + "\n}", no_location=True)
    except (GraphQLError, RecursionError) as error:
        raise InvalidFieldSet(getattr(error, "message", "the field set is nested too deeply")) from None
    if len(document.definitions) != 1 or not isinstance(document.definitions[0], OperationDefinitionNode):
        raise InvalidFieldSet("a field set is one selection, without operations or fragment definitions")
    return selection_of(document.definitions[0].selection_set)


def selection_of(node: SelectionSetNode | None, depth: int = 0) -> Selection:
    """The selection of a parsed set.  Raises InvalidFieldSet."""
    if depth > MAX_DEPTH:
        raise InvalidFieldSet(f"the field set is nested deeper than {MAX_DEPTH} levels")
    return tuple(_selected(one, depth) for one in node.selections) if node else ()


def _selected(node: object, depth: int) -> Selected | Condition:
    match node:
        case FieldNode():
            return Selected(
                name=node.name.value,
                args=tuple((arg.name.value, arg.value) for arg in node.arguments or ()),
                alias=node.alias.value if node.alias else "",
                directives=tuple(print_ast(one) for one in node.directives or ()),
                below=selection_of(node.selection_set, depth + 1),
                braces=node.selection_set is not None,
            )
        case InlineFragmentNode():
            return Condition(
                type=node.type_condition.name.value if node.type_condition else "",
                directives=tuple(print_ast(one) for one in node.directives or ()),
                below=selection_of(node.selection_set, depth + 1),
            )
        case _:
            raise InvalidFieldSet("named fragments cannot be used in a field set")


def print_selection(selection: Selection) -> str:
    """One line: `id organization { id } ... on User { name }`."""
    return " ".join(_printed(one) for one in selection)


def _printed(one: Selected | Condition) -> str:
    directives = "".join(f" {text}" for text in one.directives)
    if isinstance(one, Condition):
        return f"...{' on ' + one.type if one.type else ''}{directives} {{ {print_selection(one.below)} }}"
    args = ", ".join(f"{name}: {print_ast(value)}" for name, value in one.args)
    head = (f"{one.alias}: " if one.alias else "") + one.name + (f"({args})" if args else "") + directives
    return f"{head} {{ {print_selection(one.below)} }}" if one.below else head
