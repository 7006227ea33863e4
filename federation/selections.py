"""Selections as the planner and the projector see them: what is asked of an object, once its type is known.

A `SelectionSet` is some AST selection sets read against one type.  `fields(type)` collects them for a type as GraphQL's
CollectFields does, merging what shares a response key; narrower types are collected on demand and remembered, so a
named fragment is read once for each type it is spread on, however often it is spread.
Rules: `@skip` and `@include` are decided here, with the values of the variables that they name: what comes out has no
conditions.  The number of fields read is bounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    print_ast,
)

from .failures import QueryTooLarge

MAX_FIELDS = 20_000  # fields of one operation with its fragments opened; 40 times the largest query we have seen

Nodes = tuple[SelectionSetNode, ...]


class TypeBook(Protocol):
    """What collecting needs to know of types."""

    def covers(self, condition: str, type_name: str) -> bool:
        """Whether a fragment on `condition` says of every value of the type what it says, in fields that the type has."""

    def field_type(self, type_name: str, field: str) -> tuple[str, str] | None:
        """The field's type as printed, and its named type; None when there is no such field."""

    def is_composite(self, type_name: str) -> bool:
        """Whether its values have fields."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field to answer.  Compared by identity."""

    key: str
    """The name in the response; of a field set, the field's own name."""
    name: str
    arguments: str
    """As printed, with the parentheses; empty without arguments."""
    variables: tuple[str, ...]
    """Named in the arguments, sorted."""
    type: str
    """As printed: `[Product!]!`."""
    selections: "SelectionSet | None"

    @property
    def signature(self) -> tuple[str, str]:
        """What decides whether two fields are one: name and arguments."""
        return self.name, self.arguments


class SelectionSet:
    """What is asked of values of one type.  Made and remembered by `Selections`; equal content is the same object."""

    __slots__ = ("_fields", "_selections", "internal", "nodes", "type")

    def __init__(self, selections: "Selections", nodes: Nodes, type_name: str, *, internal: bool) -> None:
        self._selections = selections
        self._fields: dict[str, dict[str, Field]] = {}
        self.nodes, self.type, self.internal = nodes, type_name, internal

    def fields(self, type_name: str) -> dict[str, Field]:
        """Response key → field, for a value of this type; of an abstract type, what is asked of every value."""
        found = self._fields.get(type_name)
        if found is None:
            found = self._fields[type_name] = self._selections.collect(self, type_name)
        return found

    def narrows(self) -> bool:
        """Whether something is asked of some of its types only."""
        return self._selections.narrows(self.nodes, self.type)


class Selections:
    """The selection sets of one operation under one choice of conditions; or the field sets of a graph."""

    def __init__(
        self,
        book: TypeBook,
        fragments: Mapping[str, FragmentDefinitionNode],
        conditions: Mapping[str, bool],
        *,
        internal: bool = False,
    ) -> None:
        self._book, self._fragments, self._conditions, self._internal = book, fragments, conditions, internal
        self._sets: dict[tuple[str, tuple[int, ...]], SelectionSet] = {}
        self._printed: dict[int, tuple[str, tuple[str, ...]]] = {}
        self._budget = MAX_FIELDS

    def of(self, nodes: Nodes, type_name: str) -> SelectionSet:
        """The one selection set of these nodes on this type."""
        key = (type_name, tuple(map(id, nodes)))
        found = self._sets.get(key)
        if found is None:
            found = self._sets[key] = SelectionSet(self, nodes, type_name, internal=self._internal)
        return found

    def collect(self, selection_set: SelectionSet, type_name: str) -> dict[str, Field]:
        """Reads the nodes for a type.  Raises: QueryTooLarge."""
        grouped: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for nodes in selection_set.nodes:
            self._group(nodes, type_name, grouped, seen)
        made = ((key, self._field(key, nodes, type_name)) for key, nodes in grouped.items())
        return {key: field for key, field in made if field is not None}

    def narrows(self, nodes: Nodes, type_name: str) -> bool:
        """Whether some fragment in the nodes is on a narrower type than this."""
        seen: set[str] = set()
        return any(self._narrow(part, type_name, seen) for part in nodes)

    def _narrow(self, nodes: SelectionSetNode, type_name: str, seen: set[str]) -> bool:
        for node in nodes.selections:
            if isinstance(node, FieldNode) or not self._wanted(node):
                continue
            opened = self._opened(node, seen)
            if opened is None:
                continue
            condition, inner = opened
            if not self._covers(condition, type_name):
                return True
            if self._narrow(inner, type_name, seen):
                return True
        return False

    def _group(
        self, nodes: SelectionSetNode, type_name: str, grouped: dict[str, list[FieldNode]], seen: set[str]
    ) -> None:
        for node in nodes.selections:
            if not self._wanted(node):
                continue
            if isinstance(node, FieldNode):
                self._spend()
                grouped.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
                continue
            opened = self._opened(node, seen)
            if opened is not None and self._covers(opened[0], type_name):
                self._group(opened[1], type_name, grouped, seen)

    def _opened(self, node: Any, seen: set[str]) -> tuple[str | None, SelectionSetNode] | None:
        """A fragment's condition and selections; None for one that was opened here before."""
        condition: str | None
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            definition = self._fragments.get(name)
            if name in seen or definition is None:
                return None
            seen.add(name)
            condition, inner = definition.type_condition.name.value, definition.selection_set
        else:
            condition = node.type_condition.name.value if node.type_condition else None
            inner = node.selection_set
        return condition, inner

    def _covers(self, condition: str | None, type_name: str) -> bool:
        return condition is None or condition == type_name or self._book.covers(condition, type_name)

    def _wanted(self, node: Any) -> bool:
        for directive in node.directives or ():
            name = directive.name.value
            if name in ("skip", "include"):
                value = directive.arguments[0].value
                holds = (
                    self._conditions.get(value.name.value, False) if isinstance(value, VariableNode) else value.value
                )
                if holds is (name == "skip"):
                    return False
        return True

    def _field(self, key: str, nodes: list[FieldNode], type_name: str) -> Field | None:
        first = nodes[0]
        name = first.name.value
        arguments, variables = self._arguments(first)
        if name == "__typename":
            return Field(key, name, "", (), "String!", None)
        if name.startswith("__"):  # introspection: answered from the schema, its selections are not ours
            return Field(key, name, arguments, variables, "", None)
        typed = self._book.field_type(type_name, name)
        if typed is None:
            return None
        printed, named = typed
        inner = None
        if self._book.is_composite(named):
            inner = self.of(tuple(node.selection_set for node in nodes if node.selection_set), named)
        return Field(key, name, arguments, variables, printed, inner)

    def _arguments(self, node: FieldNode) -> tuple[str, tuple[str, ...]]:
        if not node.arguments:
            return "", ()
        known = self._printed.get(id(node))
        if known is None:
            printed = ", ".join(f"{each.name.value}: {print_ast(each.value)}" for each in node.arguments)
            names = sorted({name for each in node.arguments for name in variables_in(each.value)})
            known = self._printed[id(node)] = f"({printed})", tuple(names)
        return known

    def _spend(self) -> None:
        self._budget -= 1
        if self._budget < 0:
            raise QueryTooLarge(f"The query opens to more than {MAX_FIELDS} fields, the most that is planned.")


def variables_in(value: ValueNode) -> list[str]:
    """The variables named in a value, in the order written."""
    if isinstance(value, VariableNode):
        return [value.name.value]
    parts = [*getattr(value, "values", ()), *(field.value for field in getattr(value, "fields", ()))]
    return [name for part in parts for name in variables_in(part)]
