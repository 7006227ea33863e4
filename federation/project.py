"""Projects data into the client's shape: one compiled closure per selection, built once per operation.

The generic tier, which is always right: null propagation with the right error and path, aliases, abstract types, enums
and scalars checked, `__typename`, the query's own field order; nothing that the API schema does not show.
Rules: a wrong value is null and one error; null where the schema forbids it costs the nearest field that may be null;
where a subgraph has already said what failed there, no second error is added.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLSchema,
    is_abstract_type,
    is_leaf_type,
)

from .client import Json
from .client import Path as DataPath
from .execute import ResponseError
from .leaves import WrongLeaf, leaf
from .selections import SelectionSet

INVALID_VALUE = "INVALID_VALUE"
NULL_VALUE = "NON_NULL_VIOLATION"
MAX_ERRORS = 100

_PLAIN: dict[str, type] = {"String": str, "ID": str, "Float": float, "Boolean": bool}
"""Types whose every value of this Python type is shown as it is: nine leaves in ten need no call."""

Trail: TypeAlias = tuple[Any, str | int] | None
"""Where a value is, last step first: cheap to make, unrolled only for an error."""


class _Null(Exception):
    """Null where it may not be: on its way up to a field that may be null."""


@dataclass(slots=True)
class Run:
    """One projection: the errors known before it, and those it finds."""

    known: Sequence[DataPath] = ()
    ready: Mapping[str, Json] = field(default_factory=dict)
    """Root fields that are answered already: introspection."""
    errors: list[ResponseError] = field(default_factory=list)
    shared: bool = False
    """Whether the data holds the same object at several places: then each is projected once for each selection."""
    done: dict[tuple[int, int], Json] = field(default_factory=dict)
    faults: int = 0
    """Values that could not be shown, whether or not the client reads an error of its own for each."""

    def wrong(self, trail: Trail, message: str, code: str = INVALID_VALUE) -> None:
        """Notes an error, unless the place is known to have failed."""
        self.faults += 1
        path = unrolled(trail)
        if len(self.errors) < MAX_ERRORS and not any(_touches(path, known) for known in self.known):
            self.errors.append(ResponseError(message, code, path))


Complete: TypeAlias = Callable[[Any, Trail, str | int, Run], Any]
"""(value, where its parent is, its key there, run) → the value to show.  Raises: _Null."""
Objects: TypeAlias = Callable[[Any, Trail, Run], Any]

Projection: TypeAlias = Callable[[dict[str, Json], Run], dict[str, Json] | None]


def compile_projection(schema: GraphQLSchema, selections: SelectionSet, root: str) -> Projection:
    """The projection of an operation: (data, run) → the response's `data`."""
    project = _Compiler(schema).fields(selections, root)

    def projection(data: dict[str, Json], run: Run) -> dict[str, Json] | None:
        try:
            shown: dict[str, Json] = project(data, None, run)
        except _Null:
            return None
        return shown

    return projection


class _Compiler:
    """Compiles each selection set once for each type."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._objects: dict[tuple[SelectionSet, str], Objects] = {}

    def fields(self, selections: SelectionSet, type_name: str) -> Objects:
        """Objects of one type."""
        key = (selections, type_name)
        found = self._objects.get(key)
        if found is None:
            pairs = self._pairs(selections, type_name)
            found = self._objects[key] = _object(pairs)
        return found

    def _pairs(self, selections: SelectionSet, type_name: str) -> list[tuple[str, str, Complete]]:
        known: Any = self._schema.type_map[type_name]
        pairs = []
        for key, asked in selections.fields(type_name).items():
            if asked.name == "__typename":
                complete = _kind if is_abstract_type(known) else _constant(type_name)
            elif asked.name.startswith("__"):
                complete = _ready
            else:
                where = f"{type_name}.{asked.name}"
                complete = self._complete(known.fields[asked.name].type, asked.selections, where)
            data_key = "__typename" if asked.name == "__typename" else key
            pairs.append((key, data_key, complete))
        return pairs

    def _complete(self, output: GraphQLOutputType, selections: SelectionSet | None, where: str) -> Complete:
        if isinstance(output, GraphQLNonNull):
            return _non_null(self._nullable(output.of_type, selections, where), where)
        return self._nullable(output, selections, where)

    def _nullable(self, output: Any, selections: SelectionSet | None, where: str) -> Complete:
        if isinstance(output, GraphQLList):
            return _list(self._complete(output.of_type, selections, where), where)
        if is_leaf_type(output):
            return _leaf(leaf(output), where, output.name)
        assert selections is not None  # noqa: S101  validation saw to it
        if is_abstract_type(output):
            return _composite(self._abstract(output, selections), where)
        return _composite(self.fields(selections, output.name), where)

    def _abstract(self, output: Any, selections: SelectionSet) -> Objects:
        possible = frozenset(each.name for each in self._schema.get_possible_types(output))
        made: dict[str, Objects] = {}

        def project(value: Any, trail: Trail, run: Run) -> Any:
            name = value.get("__typename")
            objects = made.get(name)
            if objects is None:
                if name in possible:
                    objects = made[name] = self.fields(selections, name)
                elif name is None or name == output.name:
                    # An interface object whose type nobody asked for.
                    objects = made[name] = self.fields(selections, output.name)
                else:
                    run.wrong(trail, f"The value is of no type that “{output.name}” may have.")
                    return None
            return objects(value, trail, run)

        return project


def _object(pairs: list[tuple[str, str, Complete]]) -> Objects:
    plain = [(key, data_key, getattr(complete, "plain", _Never), complete) for key, data_key, complete in pairs]

    def project(value: Any, trail: Trail, run: Run) -> Any:
        get = value.get
        return {
            key: found if type(found := get(data_key)) is shown_as_it_is else complete(found, trail, key, run)
            for key, data_key, shown_as_it_is, complete in plain
        }

    return project


class _Never:
    """The type of no value."""


def _composite(objects: Objects, where: str) -> Complete:
    def complete(value: Any, trail: Trail, key: str | int, run: Run) -> Any:
        if value is None:
            return None
        here = (trail, key)
        if type(value) is not dict:
            run.wrong(here, f"The value of “{where}” is no object.")
            return None
        try:
            return _once(objects, value, here, run) if run.shared else objects(value, here, run)
        except _Null:
            return None

    return complete


def _once(objects: Objects, value: Any, trail: Trail, run: Run) -> Any:
    """Projects an object that may be shared; one with errors again at each place, since each has its own path."""
    key = (id(value), id(objects))
    known = run.done.get(key)
    if known is None:
        before = run.faults
        known = objects(value, trail, run)
        if run.faults == before:
            run.done[key] = known
    return known


def _list(item: Complete, where: str) -> Complete:
    def complete(value: Any, trail: Trail, key: str | int, run: Run) -> Any:
        if value is None:
            return None
        here = (trail, key)
        if type(value) is not list:
            run.wrong(here, f"The value of “{where}” is no list.")
            return None
        try:
            return [item(each, here, index, run) for index, each in enumerate(value)]
        except _Null:
            return None

    return complete


def _non_null(inner: Complete, where: str) -> Complete:
    def complete(value: Any, trail: Trail, key: str | int, run: Run) -> Any:
        if value is None:
            run.wrong((trail, key), f"Cannot return null for non-nullable field “{where}”.", NULL_VALUE)
            raise _Null
        shown = inner(value, trail, key, run)
        if shown is None:  # what made it null has left its error
            raise _Null
        return shown

    complete.plain = getattr(inner, "plain", _Never)  # type: ignore[attr-defined]
    return complete


def _leaf(check: Callable[[Any], Any], where: str, name: str) -> Complete:
    def complete(value: Any, trail: Trail, key: str | int, run: Run) -> Any:
        if value is None:
            return None
        try:
            return check(value)
        except WrongLeaf:
            run.wrong((trail, key), f"The value of “{where}” is no {name}.")
            return None

    complete.plain = _PLAIN.get(name, _Never)  # type: ignore[attr-defined]
    return complete


def _constant(type_name: str) -> Complete:
    def complete(value: Any, trail: Trail, key: str | int, run: Run) -> Any:
        return type_name

    return complete


def _kind(value: Any, trail: Trail, key: str | int, run: Run) -> Any:
    """The type of an object that only an interface object told of: nobody knows it."""
    run.wrong((trail, key), "The type of the value is not known.")
    raise _Null


def _ready(value: Any, trail: Trail, key: str | int, run: Run) -> Any:
    return run.ready.get(str(key))


def unrolled(trail: Trail) -> DataPath:
    """The path from the root."""
    path: list[str | int] = []
    while trail is not None:
        trail, step = trail
        path.append(step)
    return tuple(reversed(path))


def _touches(path: DataPath, known: DataPath) -> bool:
    length = min(len(path), len(known))
    return path[:length] == known[:length]
