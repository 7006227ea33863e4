"""A `map:` compiled to one function from a city's object to a canonical row.

A row that breaks the contract (a missing required value, an unknown code, a wrong type, a bad date) raises Unfit; `rows`
withholds it and counts it, so that one bad row costs one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

from channels.answer import Row
from channels.declared.models import Each, Leaf, MapEntry, Nested
from channels.mapping import problems
from channels.mapping.converters import Unfit
from channels.mapping.leaves import Read, compile_leaf, compile_var
from channels.mapping.paths import BadPath, compile_path
from channels.mapping.problems import Place, Problem
from channels.mapping.shape import FieldShape, Shape

KEYS = ("from", "value")
RowReader: TypeAlias = Callable[[Any], Row]
Variables: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Mapped:
    """Rows that fit, how many did not, and the first reason (field and kind of fault; no value)."""

    rows: tuple[Row, ...]
    dropped: int
    reason: str


def compile_map(rules: Mapping[str, MapEntry], shape: Shape | None) -> tuple[RowReader, tuple[Problem, ...]]:
    """Return: the reader and every problem found.  With a problem the reader must not be used.

    `shape` None: a city's own field whose type is not known here; values pass as they are.
    """
    found: list[Problem] = []
    return _object(rules, shape, (), found), tuple(found)


def compile_vars(rules: Mapping[str, Leaf]) -> tuple[Variables, tuple[Problem, ...]]:
    """Return: a function from canonical arguments to `${vars.…}`, and the problems.  It raises Unfit."""
    found: list[Problem] = []
    reads = [(name, compile_var(rule, (name,), found)) for name, rule in rules.items()]

    def variables(args: Mapping[str, Any]) -> dict[str, Any]:
        data = {"args": dict(args)}
        return {name: read(data) for name, read in reads}

    return variables, tuple(found)


def map_rows(read: RowReader, items: Sequence[Any]) -> Mapped:
    """Return: what of `items` fits the contract, in order."""
    rows: list[Row] = []
    reason = ""
    for item in items:
        try:
            rows.append(read(item))
        except Unfit as unfit:
            reason = reason or str(unfit)
    return Mapped(tuple(rows), len(items) - len(rows), reason)


def _object(rules: Mapping[str, MapEntry], shape: Shape | None, place: Place, found: list[Problem]) -> RowReader:
    fields = shape.fields if shape is not None else {}
    if shape is not None:
        found.extend(_unlike(rules, shape, place))
    reads = [
        (name, _entry(rule, fields.get(name), (*place, name), found))
        for name, rule in rules.items()
        if shape is None or name in fields
    ]
    blank = dict.fromkeys(name for name in fields if name not in rules)
    return _reader(reads, blank)


def _unlike(rules: Mapping[str, MapEntry], shape: Shape, place: Place) -> Iterator[Problem]:
    """Fields that the type does not have, and required ones that are left out.

    A misspelt field is not also missing under its right name; nor is the one that is missing when one other is unknown.
    """
    strange = [name for name in rules if name not in shape.fields]
    missing = {field.name: field for field in shape.fields.values() if field.required and field.name not in rules}
    for name in strange:
        free = [field for field in shape.fields if field not in rules]
        meant = problems.meant(name, free) or problems.meant(name, shape.fields)
        if len(strange) == len(missing) == 1:
            meant = next(iter(missing))
        missing.pop(meant or "", None)
        yield problems.unknown_field((*place, name), name, shape, meant)
    if missing:
        yield problems.not_mapped(place, tuple(missing.values()), shape)


def _reader(reads: list[tuple[str, Read]], blank: Row) -> RowReader:
    def row(data: Any) -> Row:
        if not isinstance(data, dict):
            raise Unfit("not an object")
        made = {name: read(data) for name, read in reads}
        return {**made, **blank} if blank else made

    return row


def _entry(rule: MapEntry, field: FieldShape | None, place: Place, found: list[Problem]) -> Read:
    match rule:
        case Leaf():
            return compile_leaf(rule, field, place, found)
        case Each():
            return _each(rule, field, place, found)
        case Nested():
            return _nested(rule, field, place, found)
    assert_never(rule)


def _nested(rule: Nested, field: FieldShape | None, place: Place, found: list[Problem]) -> Read:
    shape = field.shape if field is not None else None
    known = shape.fields if shape is not None else {}
    slips = [name for name in rule.mapping if name not in known and problems.meant(name, KEYS)]
    if field is not None and slips and (shape is None or not known.keys() & rule.mapping.keys()):
        found.append(problems.misspelt_key((*place, slips[0]), slips[0], KEYS))
        return _object(rule.mapping, None, place, [])
    if field is not None and (shape is None or field.is_list):
        found.append(problems.misfit(place, field, "键值对", "an object"))
        return _object(rule.mapping, None, place, [])
    return _object(rule.mapping, shape, (*place, "map"), found)


def _each(rule: Each, field: FieldShape | None, place: Place, found: list[Problem]) -> Read:
    if field is not None and (field.shape is None or not field.is_list):
        found.append(problems.misfit(place, field, "一列键值对", "a list of objects"))
    try:
        get = compile_path(rule.each)
    except BadPath as bad:
        found.append(problems.bad_path((*place, "each"), rule.each, str(bad)))
        get = compile_path("@")
    read = _object(rule.mapping, field.shape if field else None, (*place, "map"), found)

    def rows(data: Any) -> list[Row]:
        items = get(data)
        if items is None or items == "":
            return []
        try:
            return [read(item) for item in (items if isinstance(items, list) else [items])]
        except Unfit as unfit:
            raise Unfit(f"{place[-1]}.{unfit}", place=unfit.place, value=unfit.value) from None

    return rows
