"""Projects data into the client's shape: one compiled closure per selection, built once per operation.

The generic tier, which is always right: null propagation with the right error and path, aliases, abstract types, enums
and scalars checked, `__typename`, the query's own field order; nothing that the API schema does not show.
Rules: a wrong value is null and one error; null where the schema forbids it costs the nearest field that may be null;
where a subgraph has already said what failed there, no second error is added.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import NoneType
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
from .leaves import MAX_INT, MIN_INT, WrongLeaf, leaf
from .plain import NOT_A_LEAF, SHOWN, Proof, Types, picker
from .selections import SelectionSet
from .trail import Trail, touches, unrolled

INVALID_VALUE = "INVALID_VALUE"
NULL_VALUE = "NON_NULL_VIOLATION"
MAX_ERRORS = 100


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
        if len(self.errors) < MAX_ERRORS and not any(touches(path, known) for known in self.known):
            self.errors.append(ResponseError(message, code, path))


Complete: TypeAlias = Callable[[Any, Trail, str | int, Run], Any]
"""(value, where its parent is, its key there, run) → the value to show.  Raises: _Null."""
Objects: TypeAlias = Callable[[Any, Trail, Run], Any]

ShownField: TypeAlias = tuple[str, str, Complete]
"""(key in the response, key in the data, how its value is shown)"""

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

    def _pairs(self, selections: SelectionSet, type_name: str) -> list[ShownField]:
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
            objects = made.get(name) if type(name) is str else None
            if objects is None:
                if type(name) is str and name in possible:
                    objects = made[name] = self.fields(selections, name)
                elif name is None or name == output.name:
                    # An interface object whose type nobody asked for.
                    objects = made[output.name] = self.fields(selections, output.name)
                else:
                    run.wrong(trail, f"The value is of no type that “{output.name}” may have.")
                    return None
            return objects(value, trail, run)

        return project


def _object(fields: Sequence[ShownField]) -> Objects:
    """One object, field by field; where it has leaves, at once if they are plain."""

    def careful(value: Any, trail: Trail, run: Run) -> Any:
        get = value.get
        return {key: complete(get(data_key), trail, key, run) for key, data_key, complete in fields}

    types = [getattr(complete, "types", NOT_A_LEAF) for _, _, complete in fields]
    return _plain_object(fields, types, careful) if any(types) else careful


def _plain_object(fields: Sequence[ShownField], types: Sequence[Types], careful: Objects) -> Objects:
    keys = [key for key, _, _ in fields]
    exact = tuple(keys) if all(key == data_key for key, data_key, _ in fields) else None
    leaf_keys = [data_key for (_, data_key, _), allowed in zip(fields, types, strict=True) if allowed]
    # What is no leaf may be missing without harm: a leaf's value stands there until it is completed.
    pick = picker([each[1] if allowed else leaf_keys[0] for each, allowed in zip(fields, types, strict=True)])
    whole = [key for key, allowed in zip(keys, types, strict=True) if int in allowed and float not in allowed]
    deep = [each for each, allowed in zip(fields, types, strict=True) if not allowed]
    proof = Proof(types)
    proven, holds = proof.proven, proof.holds

    def project(value: Any, trail: Trail, run: Run) -> Any:
        as_asked = tuple(value) == exact
        try:
            found = value.values() if as_asked else pick(value)
        except KeyError:
            return careful(value, trail, run)
        kinds = tuple(map(type, found))
        if kinds not in proven and not holds(kinds):
            return careful(value, trail, run)
        own = value.copy() if deep else value
        shown = own if as_asked else dict(zip(keys, found))  # noqa: B905  as many of both, by construction
        for key in whole:
            number = shown[key]
            if number is not None and not MIN_INT <= number <= MAX_INT:
                return careful(value, trail, run)
        for key, data_key, complete in deep:
            shown[key] = complete(value.get(data_key), trail, key, run)
        return shown

    if not deep:
        project.flat = True  # type: ignore[attr-defined]
    return project


def _composite(objects: Objects, where: str) -> Complete:
    flat = hasattr(objects, "flat")  # made anew as quickly as found again

    def complete(value: Any, trail: Trail, key: str | int, run: Run) -> Any:
        if value is None:
            return None
        here = (trail, key)
        if type(value) is not dict:
            run.wrong(here, f"The value of “{where}” is no object.")
            return None
        try:
            return _once(objects, value, here, run) if run.shared and not flat else objects(value, here, run)
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

    complete.types = getattr(inner, "types", NOT_A_LEAF) - {NoneType}  # type: ignore[attr-defined]
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

    complete.types = SHOWN.get(name, NOT_A_LEAF)  # type: ignore[attr-defined]
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
