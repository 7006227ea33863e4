"""What can be wrong with the field set of a key, @requires or @provides.

Each finding has the part of its error code that comes after the directive's name; the rules of that code report it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from federation.definitions import KIND_TITLES, Applied, Field, uses
from federation.facts import Facts, field_set_text
from federation.selection import Condition, InvalidFieldSet, Selected, Selection, print_selection, read_field_set
from federation.wrapping import named

INVALID_TYPE = "INVALID_FIELDS_TYPE"
INVALID = "INVALID_FIELDS"
HAS_ARGS = "FIELDS_HAS_ARGS"
SELECT_INVALID_TYPE = "FIELDS_SELECT_INVALID_TYPE"
DIRECTIVE = "DIRECTIVE_IN_FIELDS_ARG"
MISSING_EXTERNAL = "FIELDS_MISSING_EXTERNAL"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field set."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class FieldSetUse:
    """A directive with a field set, and the type that the set is about."""

    spec: str
    where: str
    """`type "User"` or `field "User.name"`."""
    parent: str
    applied: Applied


def field_set_uses(facts: Facts, spec: str) -> Iterator[FieldSetUse]:
    """Every use of a directive whose field set is to be checked; those where it cannot stand at all are left out."""
    for one in facts.types.values():
        if spec == "key":
            yield from (FieldSetUse(spec, f'type "{one.name}"', one.name, applied) for applied in uses(one, spec))
            continue
        for item in one.fields.values() if one.kind == "OBJECT" else ():
            parent = one.name if spec == "requires" else named(item.type)
            if spec == "provides" and not facts.composite(parent):
                continue
            where = f'field "{one.name}.{item.name}"'
            yield from (FieldSetUse(spec, where, parent, applied) for applied in uses(item, spec))


def problems(facts: Facts, use: FieldSetUse) -> Iterator[Problem]:
    """Everything wrong with one field set, each message starting with where it stands."""
    written = use.applied.arg("fields")
    label = f"On {use.where}, for {Applied(use.spec, args=(('fields', written),) if written else ())}"
    text = field_set_text(use.applied)
    if text is None or (written is not None and written.kind == "list_value" and not facts.subgraph.federation_1):
        yield Problem(INVALID_TYPE, f'{label}: Invalid value for argument "fields": must be a string.')
        return
    try:
        selection = read_field_set(text)
    except InvalidFieldSet as error:
        yield Problem(INVALID, f"{label}: {error}")
        return
    for one in _walked(facts, use.spec, use.parent, selection, resolved=False):
        yield Problem(one.kind, f"{label}: {one.message}")


def _walked(facts: Facts, spec: str, parent: str, selection: Selection, *, resolved: bool) -> Iterator[Problem]:
    for one in selection:
        for directive in one.directives:
            yield Problem(
                DIRECTIVE,
                f"cannot have directive applications in the @{spec}(fields:) argument but found {directive}.",
            )
        if isinstance(one, Condition):
            yield from _condition(facts, spec, parent, one, resolved=resolved)
        elif one.name != "__typename":
            yield from _selected(facts, spec, parent, one, resolved=resolved)


def _condition(facts: Facts, spec: str, parent: str, one: Condition, *, resolved: bool) -> Iterator[Problem]:
    target = one.type or parent
    if not set(facts.possible(target)) & set(facts.possible(parent)):
        message = f'Fragment cannot be spread here as objects of type "{parent}" can never be of type "{target}".'
        yield Problem(INVALID, message)
    else:
        yield from _walked(facts, spec, target, one.below, resolved=resolved)


def _selected(facts: Facts, spec: str, parent: str, one: Selected, *, resolved: bool) -> Iterator[Problem]:
    found = facts.field((parent, one.name))
    if found is None:
        yield Problem(INVALID, _unknown(spec, parent, one.name))
        return
    coordinate = f"{parent}.{one.name}"
    if one.alias:
        yield Problem(
            INVALID, f'Cannot use alias "{one.alias}" in "{print_selection((one,))}": aliases are not supported'
        )
    yield from _shape(facts, spec, one, found=found, coordinate=coordinate)
    external = facts.external((parent, one.name))
    if one.below:
        implementing = facts.implementers.get(parent, ()) if facts.types[parent].kind == "INTERFACE" else ()
        resolved = resolved or external or any(facts.external((name, one.name)) for name in implementing)
        yield from _walked(facts, spec, named(found.type), one.below, resolved=resolved)
    elif spec != "key" and not external and not resolved and not facts.subgraph.federation_1:
        yield Problem(MISSING_EXTERNAL, _not_external(facts, spec, parent, one.name))


def _shape(facts: Facts, spec: str, one: Selected, *, found: Field, coordinate: str) -> Iterator[Problem]:
    if found.args and spec != "requires":
        message = (
            f"field {coordinate} cannot be included because it has arguments (fields with argument are not allowed"
        )
        yield Problem(HAS_ARGS, f"{message} in @{spec})")
    unknown = [name for name, _ in one.args if name not in found.args]
    missing = [arg.name for arg in found.args.values() if arg.required and arg.name not in dict(one.args)]
    if spec == "requires" and (unknown or missing):
        yield Problem(
            INVALID, f"Arguments of {coordinate} do not match its definition: {', '.join([*unknown, *missing])}."
        )
    target = facts.types.get(named(found.type))
    if spec == "key" and target and target.kind in ("INTERFACE", "UNION"):
        kind = KIND_TITLES[target.kind].removesuffix(" Type")
        message = f'field "{coordinate}" is a {kind} type which is not allowed in @key'
        yield Problem(SELECT_INVALID_TYPE, message)
    composite = facts.composite(found.type)
    if composite and not one.below:
        yield Problem(INVALID, f'Invalid empty selection set for field "{coordinate}" of non-leaf type {found.type}')
    elif one.below and not composite:
        yield Problem(INVALID, f'Cannot select fields below "{coordinate}" of leaf type {found.type}')


def _unknown(spec: str, parent: str, name: str) -> str:
    message = f'Cannot query field "{name}" on type "{parent}"'
    if spec == "key":
        return (
            f"{message} (the field should either be added to this subgraph or, if it should not be resolved by this"
            " subgraph, you need to add it to this subgraph with @external)."
        )
    return (
        f"{message} (if the field is defined in another subgraph, you need to add it to this subgraph with @external)."
    )


def _not_external(facts: Facts, spec: str, parent: str, name: str) -> str:
    message = f'field "{parent}.{name}" should not be part of a @{spec} since it is already'
    if (parent, name) in facts.fake_external and facts.marked_external((parent, name)):
        return (
            f'{message} "effectively" provided by this subgraph (while it is marked @external, it is a @key field of an'
            " extension type, which are not internally considered external for historical/backward compatibility reasons)"
        )
    return f"{message} provided by this subgraph (it is not marked @external)"


def reported(facts: Facts, spec: str, kind: str) -> Iterator[str]:
    """The messages of one kind, for one directive."""
    return (one.message for use in field_set_uses(facts, spec) for one in problems(facts, use) if one.kind == kind)
