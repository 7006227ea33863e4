"""One leaf of a mapping compiled to one closure: find the value, translate it, check it.

A leaf decides everything it can at activation; at run time it only looks up, converts and compares with None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from channels.declared.models import NOT_GIVEN, Leaf
from channels.mapping import converters, masks, problems
from channels.mapping.converters import Convert, Unfit
from channels.mapping.paths import BadPath, Getter, compile_path, dotted
from channels.mapping.problems import Place, Problem
from channels.mapping.shape import FieldShape
from channels.text import dates

Read: TypeAlias = Callable[[Any], Any]

_ENUM_REST = "*"
# What a field of each scalar type does when the mapping names no converter.
_IMPLIED: Mapping[str, Convert] = {
    "ID": converters.text,
    "String": converters.text,
    "Int": converters.whole,
    "Float": lambda value: float(converters.number(value)),
    "Boolean": converters.boolean,
    "Decimal": converters.decimal,
    "Date": converters.inward("date"),
    "DateTime": converters.inward("datetime"),
    "URL": converters.url,
}
# What each converter yields; a field of another type refuses it.
_YIELDS: Mapping[str, frozenset[str]] = {
    "money.fen": frozenset({"Money"}),
    "money.yuan": frozenset({"Money"}),
    "int": frozenset({"Int", "Float"}),
    "bool": frozenset({"Boolean"}),
    "date": frozenset({"Date", "String"}),
    "datetime": frozenset({"DateTime", "String"}),
    "decimal": frozenset({"Decimal", "String"}),
    "url": frozenset({"URL", "String"}),
}


def compile_leaf(leaf: Leaf, field: FieldShape | None, place: Place, found: list[Problem]) -> Read:
    """Return: the closure of a `map:` leaf; problems are appended to `found` (the closure then does not matter)."""
    if leaf.value is not NOT_GIVEN:
        return _constant(leaf.value, field, place, found)
    get = _getter(leaf, place, found)
    if leaf.enum is not None:
        if field is not None and field.values:
            found += _bad_values(leaf, field, place)
        convert: Convert | None = _table(leaf.enum)
    else:
        convert = _converter(leaf, field, place, found, converters.inward)
        convert = _implied(field, place, found) if convert is None and leaf.converter is None else convert
    convert = _masked(convert, field)
    default = None if leaf.default is NOT_GIVEN else leaf.default
    return _leaf(place, get, convert, key=_key(leaf), default=default, field=field, takes_empty="" in (leaf.enum or {}))


def compile_var(leaf: Leaf, place: Place, found: list[Problem]) -> Read:
    """Return: the closure of a `vars:` leaf, from canonical arguments to the city's form."""
    if leaf.value is not NOT_GIVEN:
        constant = leaf.value
        return lambda data: constant
    get = _getter(leaf, place, found)
    if leaf.enum is not None:
        convert: Convert | None = _table(leaf.enum)
    else:
        convert = _converter(leaf, None, place, found, converters.outward)
    default = None if leaf.default is NOT_GIVEN else leaf.default
    return _leaf(place, get, convert, key=_key(leaf), default=default, field=None, takes_empty="" in (leaf.enum or {}))


def _leaf(
    place: Place,
    get: Getter,
    convert: Convert | None,
    *,
    key: str | None,
    default: Any,
    field: FieldShape | None,
    takes_empty: bool,
) -> Read:
    name = place[-1]
    required = field is not None and field.required
    if field is not None and field.is_list and required and default is None:
        default = []
    # An empty text is an absent value, except where a required text may be empty.
    blank = "" if required and field is not None and field.base == "String" and default is None else default

    # The row has made sure that `data` is an object: one key, the commonest path, is looked up without a call.
    def read(data: Any) -> Any:
        value = data.get(key) if key is not None else get(data)
        if value is None or (value == "" and not takes_empty):
            value = default if value is None else blank
            if value is None and required:
                raise Unfit(f"{name}: missing", place=place)
            return value
        if convert is None:
            return value
        try:
            return convert(value)
        except Unfit as unfit:
            raise Unfit(f"{name}: {unfit}", place=place, value=value) from None

    return read


def _getter(leaf: Leaf, place: Place, found: list[Problem]) -> Getter:
    try:
        return compile_path(leaf.source if leaf.source is not None else "@")
    except BadPath as bad:
        found.append(problems.bad_path((*place, "from"), leaf.source or "", str(bad)))
        return compile_path("@")


def _key(leaf: Leaf) -> str | None:
    keys = dotted(leaf.source or "@")
    return keys[0] if keys is not None and len(keys) == 1 else None


def _table(enum: Mapping[str, Any]) -> Convert:
    table = dict(enum)
    rest = table.get(_ENUM_REST, NOT_GIVEN)

    def look_up(value: Any) -> Any:
        key = value if isinstance(value, str) else converters.text(value)
        taken = table.get(key, rest)
        if taken is NOT_GIVEN:
            raise Unfit("a value without an entry in the enum")
        return taken

    return look_up


def _bad_values(leaf: Leaf, field: FieldShape, place: Place) -> list[Problem]:
    bad = [
        problems.unknown_value((*place, "enum", key), value, field)
        for key, value in (leaf.enum or {}).items()
        if value not in field.values
    ]
    if leaf.default is not NOT_GIVEN and leaf.default not in field.values:
        bad.append(problems.unknown_value((*place, "default"), leaf.default, field))
    return bad


def _converter(
    leaf: Leaf, field: FieldShape | None, place: Place, found: list[Problem], make: Callable[[str, str], Convert]
) -> Convert | None:
    name = leaf.converter
    if name is None:
        if leaf.format is not None:
            found.append(problems.idle_format((*place, "format")))
        return None
    if name not in converters.NAMES:
        found.append(problems.unknown_converter((*place, "as"), name, converters.NAMES))
        return None
    if leaf.format is not None and not dates.known_format(leaf.format):
        found.append(problems.bad_format((*place, "format"), leaf.format))
        return None
    if field is not None and not _fits(name, field):
        found.append(problems.misfit((*place, "as"), field, f" `as: {name}`", f"`as: {name}`"))
    return make(name, leaf.format or "iso")


def _fits(converter: str, field: FieldShape) -> bool:
    if (converter == "list") != field.is_list or (field.shape is not None and field.base != "Money"):
        return False
    yields = _YIELDS.get(converter)
    return field.base in yields if yields is not None else field.base not in ("Money", "Int", "Boolean")


def _masked(convert: Convert | None, field: FieldShape | None) -> Convert | None:
    """The conversion, and after it the field's @mask: no mapping can leave a number bare."""
    if field is None or field.mask is None:
        return convert
    first, mask = convert or converters.text, field.mask

    def masked(value: Any) -> Any:
        made = first(value)
        return masks.kept(mask, made) if isinstance(made, str) else made

    return masked


def _implied(field: FieldShape | None, place: Place, found: list[Problem]) -> Convert | None:
    if field is None or field.base == "JSON":
        return None
    if field.base == "Money":
        found.append(problems.no_unit(place, field))
        return None
    if field.shape is not None:
        found.append(problems.misfit(place, field, "单独一个路径", "a single path"))
        return None
    one = _member(field) if field.values else _IMPLIED.get(field.base)
    if field.base == "ID":
        one = _identifier
    return _each_of(one) if field.is_list and one is not None else one


def _identifier(value: Any) -> str:
    written = converters.text(value).strip()
    if not written:
        raise Unfit("empty")
    return written


def _member(field: FieldShape) -> Convert:
    values = frozenset(field.values)

    def check(value: Any) -> Any:
        if value not in values:
            raise Unfit(f"not a value of {field.base}")
        return value

    return check


def _each_of(one: Convert) -> Convert:
    def convert(value: Any) -> list[Any]:
        return [one(item) for item in (value if isinstance(value, list) else [value]) if item is not None]

    return convert


def _constant(value: Any, field: FieldShape | None, place: Place, found: list[Problem]) -> Read:
    if field is not None:
        if field.values and value not in field.values:
            found.append(problems.unknown_value((*place, "value"), value, field))
        elif not field.values and (convert := _implied(field, (*place, "value"), found)) is not None:
            try:
                value = convert(value)
            except Unfit:
                found.append(
                    problems.misfit(
                        (*place, "value"), field, f" `{problems.shown(value)}`", f"`{problems.shown(value)}`"
                    )
                )
    return lambda data: value
