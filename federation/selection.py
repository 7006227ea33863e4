"""Field sets (`"id organization { id } ... on User { name }"`): read, walked, compared and printed.

A field set is a selection without operation, variables or named fragments.  Reading is bounded: a set of more than
`MAX_FIELD_SET_CHARACTERS` is refused like one that does not parse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
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


def canonical(selection: Selection) -> str:
    """A text that is equal for selections of the same, in whatever order."""
    return " ".join(sorted(print_selection((one,)) if not one.below else _canonical(one) for one in selection))


def _canonical(one: Selected | Condition) -> str:
    return f"{print_selection((replace(one, below=()),))} {{ {canonical(one.below)} }}"


def fields_of(selection: Selection) -> Iterator[Selected]:
    """The fields of a selection that no type condition guards."""
    for one in selection:
        if isinstance(one, Selected):
            yield one
        elif not one.type:
            yield from fields_of(one.below)


def narrowed(selection: Selection, type_name: str, possible: Mapping[str, tuple[str, ...]]) -> Selection:
    """What a selection on an abstract type means for one of its types."""
    found: list[Selected | Condition] = []
    for one in selection:
        if isinstance(one, Selected):
            found.append(one)
        elif not one.type or type_name in possible.get(one.type, ()):
            found += narrowed(one.below, type_name, possible)
    return tuple(found)
