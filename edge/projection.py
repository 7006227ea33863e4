"""Shows canonical rows in the client's shape: one compiled closure per selection, kept with the prepared operation.

What graphql-core does with a value whose selections are all read from rows, without its work per field. Rules:
1. Only the plain case is shown here. Whatever would be an error (an Exception in the row, null where it may not be, a value of
   another type) is a `Surprise`: nothing has been called or changed, and graphql-core completes the same value from the start. So
   errors, their paths and how nulls spread are graphql-core's own.
2. A field is compiled only where its function is a bare row read (`schema.rows`). An answered or guarded field anywhere below
   makes a selection `NotRows`; what lies below that field, and its neighbours, are compiled by themselves.
3. Selections are collected and arguments read by graphql-core's functions, once for each combination of the variables that
   decide them; a closure is made when a value first needs it, so that unreached selections cost nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import (
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values

from schema.rows import RowRead, TextOf, ValueOf

from .leaves import Surprise, leaf

MAX_CLOSURES = 2_000  # for one operation and combination of variables; a document has at most 1 000 selections
FEW_FIELDS = 3  # of a type whose objects are shown as quickly as found again


class NotRows(Exception):
    """The selection holds a field that is not read from its row."""


@dataclass(slots=True)
class Run:
    """One value being shown. `seen`: how a selection showed a row before: rows of a page share their source."""

    language: str
    seen: dict[tuple[int, int], Any] | None


Complete: TypeAlias = Callable[[Any, Run], Any]
"""(value, run) → what to show.  Raises: Surprise, NotRows."""
Details: TypeAlias = list[FieldDetails]
Key: TypeAlias = tuple[int, ...]
Shown: TypeAlias = tuple[str, str, Complete]
"""(key in the response, key in the row, how its value is shown)"""


@dataclass(slots=True)
class Projection:
    """The closures of one operation, for one combination of the variables that decide its selections.

    Types and nodes are known by identity: both live as long as the schema and the document that this is kept with.
    """

    schema: GraphQLSchema
    fragments: dict[str, FragmentDetails]
    variables: VariableValues
    operation: OperationDefinitionNode
    hide_suggestions: bool
    made: dict[Key, Complete | None] = field(default_factory=dict)

    def of_type(self, type_: Any, details: Details) -> Complete | None:
        """How a value of a type is shown; None where it is not all rows."""
        key = (id(type_), *[id(each.node) for each in details])
        if key in self.made:
            return self.made[key]
        return self._kept(key, lambda: self._complete(type_, details))

    def of_field(self, parent: GraphQLObjectType, details: Details) -> Complete | None:
        """How a field of a row is shown, the row being the value; None where it is not read from its row."""
        key = (id(parent), -1, *[id(each.node) for each in details])
        if key in self.made:
            return self.made[key]
        return self._kept(key, lambda: self._reading(parent, details))

    def forget(self, type_: Any, details: Details, *, as_field: bool = False) -> None:
        """What turned out not to be rows is left to graphql-core from now on."""
        mark = (-1,) if as_field else ()
        self.made[(id(type_), *mark, *[id(each.node) for each in details])] = None

    def _kept(self, key: Key, make: Callable[[], Complete]) -> Complete | None:
        if len(self.made) >= MAX_CLOSURES:
            return None
        try:
            complete = make()
        except (NotRows, GraphQLError):
            complete = None
        self.made[key] = complete
        return complete

    def _reading(self, parent: GraphQLObjectType, details: Details) -> Complete:
        _, name, complete = self._shown("", parent, details)

        def show(row: Any, run: Run) -> Any:
            if type(row) is not dict:
                raise Surprise
            return complete(row.get(name), run)

        return show

    def _shown(self, key: str, parent: GraphQLObjectType, details: Details) -> Shown:
        node = details[0].node
        if node.name.value == "__typename":
            return key, "", constant(parent.name)
        declared = self.schema.get_field(parent, node.name.value)
        read: RowRead | None = declared.resolve if declared and isinstance(declared.resolve, RowRead) else None
        if declared is None or read is None or any(each.fragment_variable_values for each in details):
            raise NotRows
        complete = self._complete(declared.type, details)
        if isinstance(read, TextOf) and declared.args.keys() == {"lang"}:
            arguments = get_argument_values(declared, node, self.variables, None, self.hide_suggestions)
            return key, read.name, in_language(complete, arguments.get("lang"))
        if isinstance(read, ValueOf) and not declared.args:
            return key, read.name, complete
        raise NotRows

    def _complete(self, type_: Any, details: Details) -> Complete:
        may_be_null = not isinstance(type_, GraphQLNonNull)
        inner = type_ if may_be_null else type_.of_type
        if is_leaf_type(inner):
            return leaf(inner, nullable=may_be_null)
        if isinstance(inner, GraphQLList):
            complete = listed(self._complete(inner.of_type, details))
        else:
            complete = self._abstract(inner, details) if is_abstract_type(inner) else self._later(inner, details)
        return nullable(complete) if may_be_null else complete

    def _later(self, type_: GraphQLObjectType, details: Details) -> Complete:
        """Objects of one type, compiled when there is one."""
        objects: Complete | None = None
        place, small = id(details), len(type_.fields) <= FEW_FIELDS

        def show(value: Any, run: Run) -> Any:
            nonlocal objects
            if objects is None:
                objects = self._objects(type_, details)
            if small or run.seen is None:
                return objects(value, run)
            key = (place, id(value))  # the value lives as long as the run: it is part of what is being shown
            shown = run.seen.get(key)
            if shown is None:
                shown = run.seen[key] = objects(value, run)
            return shown

        return show

    def _objects(self, type_: GraphQLObjectType, details: Details) -> Complete:
        key = (id(type_), -2, *[id(each.node) for each in details])
        if key not in self.made:
            self._kept(key, lambda: row(self._fields(type_, details)))
        complete = self.made.get(key)
        if complete is None:
            raise NotRows
        return complete

    def _fields(self, type_: GraphQLObjectType, details: Details) -> list[Shown]:
        if type_.is_type_of:
            raise NotRows
        collected = collect_subfields(
            self.schema, self.fragments, self.variables, self.operation, type_, details, self.hide_suggestions
        )
        if collected.new_defer_usages:
            raise NotRows
        return [self._shown(key, type_, each) for key, each in collected.grouped_field_set.items()]

    def _abstract(self, type_: Any, details: Details) -> Complete:
        """Objects that name their type themselves."""
        if type_.resolve_type:
            raise NotRows
        possible = {each.name: self._later(each, details) for each in self.schema.get_possible_types(type_)}

        def show(value: Any, run: Run) -> Any:
            name = value.get("__typename") if type(value) is dict else None
            objects = possible.get(name) if type(name) is str else None
            if objects is None:
                raise Surprise
            return objects(value, run)

        return show


def row(fields: Sequence[Shown]) -> Complete:
    """One object, field by field."""

    def show(value: Any, run: Run) -> Any:
        if type(value) is not dict:
            raise Surprise
        get = value.get
        return {key: complete(get(name), run) for key, name, complete in fields}

    return show


def listed(item: Complete) -> Complete:
    def show(value: Any, run: Run) -> Any:
        if type(value) is not list and type(value) is not tuple:
            raise Surprise
        return [item(each, run) for each in value]

    return show


def nullable(inner: Complete) -> Complete:
    def show(value: Any, run: Run) -> Any:
        return None if value is None else inner(value, run)

    return show


def in_language(inner: Complete, lang: str | None) -> Complete:
    """The text of a pair, in the language of the argument or else of the request (`schema.rows.in_language`)."""
    asked = lang.lower() if lang else None

    def show(pair: Any, run: Run) -> Any:
        if type(pair) is dict:
            return inner(pair.get(asked or run.language) or pair.get("zh") or pair.get("en"), run)
        if isinstance(pair, Mapping):
            raise Surprise
        return inner(pair, run)

    return show


def constant(name: str) -> Complete:
    return lambda _value, _run: name
