"""What follows from a subgraph's directives: which fields are external, used, provided or shareable there.

The rules and the merger ask `Facts`; it is computed once for a subgraph.  A key field of an extension that is marked
@external is not external: Federation 1 asked for the mark, and the subgraph does resolve the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphql.language import ListValueNode, StringValueNode

from federation.definitions import Applied, Field, TypeDef, has, uses
from federation.selection import Condition, InvalidFieldSet, Selection, print_selection, read_field_set
from federation.subgraph import Subgraph
from federation.wrapping import named

Coordinate = tuple[str, str]
"""A type's name and a field's name."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The consequences of a subgraph's directives."""

    subgraph: Subgraph
    implementers: Mapping[str, tuple[str, ...]]
    """Object types by interface, in document order."""
    fake_external: frozenset[Coordinate] = frozenset()
    key_fields: frozenset[Coordinate] = frozenset()
    provided: frozenset[Coordinate] = frozenset()
    used: frozenset[Coordinate] = frozenset()
    """Fields that a key, @requires, @provides, @fromContext or an interface needs."""
    shared: frozenset[Coordinate] = field(default_factory=frozenset)
    """Fields that other subgraphs may resolve too."""

    @property
    def name(self) -> str:
        """The subgraph's name."""
        return self.subgraph.name

    @property
    def types(self) -> Mapping[str, TypeDef]:
        """The subgraph's types."""
        return self.subgraph.types

    def field(self, coordinate: Coordinate) -> Field | None:
        """The field at a coordinate; None when there is none."""
        owner = self.types.get(coordinate[0])
        return owner.fields.get(coordinate[1]) if owner else None

    def interface_fields(self) -> Iterator[tuple[TypeDef, Field]]:
        """Every field of an interface, with it; none in Federation 1, which ignored what was marked there."""
        if not self.subgraph.federation_1:
            for one in self.types.values():
                if one.kind == "INTERFACE":
                    yield from ((one, item) for item in one.fields.values())

    def marked_external(self, coordinate: Coordinate) -> bool:
        """Whether @external is written on the field, or on the part of its type that it stands in."""
        one = self.field(coordinate)
        if one is None:
            return False
        on_type = uses(self.types[coordinate[0]], "external")
        return has(one, "external") or any(applied.part == one.part for applied in on_type)

    def external(self, coordinate: Coordinate) -> bool:
        """Whether the subgraph cannot resolve the field on its own account."""
        return coordinate not in self.fake_external and self.marked_external(coordinate)

    def fully_external(self, coordinate: Coordinate) -> bool:
        """Whether the subgraph resolves the field on no path, not even a provided one."""
        return self.external(coordinate) and coordinate not in self.provided

    def shareable(self, coordinate: Coordinate) -> bool:
        """Whether the subgraph allows others to resolve the field."""
        return coordinate in self.shared

    def possible(self, type_name: str) -> tuple[str, ...]:
        """The object types that a value of a composite type can have in this subgraph."""
        one = self.types.get(type_name)
        if one is None:
            return ()
        match one.kind:
            case "INTERFACE":
                return self.implementers.get(type_name, ())
            case "UNION":
                return one.members
            case "OBJECT":
                return (type_name,)
            case _:
                return ()

    def composite(self, type_text: str) -> bool:
        """Whether a type has fields or members."""
        one = self.types.get(named(type_text))
        return one is not None and one.kind in ("OBJECT", "INTERFACE", "UNION")


def facts_of(subgraph: Subgraph) -> Facts:
    """Computes what follows; field sets that do not parse count for nothing."""
    implementers: dict[str, tuple[str, ...]] = {}
    for one in subgraph.types.values():
        if one.kind == "OBJECT":
            for interface in one.interfaces:
                implementers[interface] = (*implementers.get(interface, ()), one.name)
    base = Facts(subgraph, implementers)
    keys = frozenset(_key_targets(base))
    provided = frozenset(_provides_targets(base))
    return Facts(
        subgraph,
        implementers,
        fake_external=frozenset(_fake_externals(base)),
        key_fields=keys,
        provided=provided,
        used=frozenset(
            (*keys, *provided, *_requires_targets(base), *_interface_targets(base), *_context_targets(base))
        ),
        shared=frozenset((*keys, *provided, *_marked_shareable(base))),
    )


def field_set_text(applied: Applied) -> str | None:
    """The `fields` argument as one text (Federation 1 also wrote a list); None when it is no string."""
    value = applied.arg("fields")
    if isinstance(value, StringValueNode):
        return value.value
    if isinstance(value, ListValueNode) and all(isinstance(one, StringValueNode) for one in value.values):
        return " ".join(applied.texts("fields"))
    return None


def selection_in(applied: Applied) -> Selection:
    """The selection of a key, @requires or @provides; empty when it cannot be read."""
    try:
        return read_field_set(field_set_text(applied) or "")
    except InvalidFieldSet:
        return ()


def printed_field_set(applied: Applied) -> str:
    """The field set on one line, whatever its spelling; empty when it cannot be read."""
    return print_selection(selection_in(applied))


def targets(facts: Facts, parent: str, selection: Selection, *, implementations: bool = True) -> Iterator[Coordinate]:
    """Every field that a selection reaches; those of implementing types too, for a field of an interface."""
    for one in selection:
        if isinstance(one, Condition):
            yield from targets(facts, one.type or parent, one.below, implementations=implementations)
            continue
        found = facts.field((parent, one.name))
        if found is None:
            continue
        yield parent, one.name
        if implementations and facts.types[parent].kind == "INTERFACE":
            yield from ((name, one.name) for name in facts.implementers.get(parent, ()))
        yield from targets(facts, named(found.type), one.below, implementations=implementations)


def is_extension(one: TypeDef) -> bool:
    """Whether federation takes the type for an extension of another subgraph's."""
    return one.kind in ("OBJECT", "INTERFACE") and (has(one, "extends") or (one.extended and not one.defined))


def _fake_externals(facts: Facts) -> Iterator[Coordinate]:
    for one in facts.types.values():
        if is_extension(one):
            for key in uses(one, "key"):
                yield from targets(facts, one.name, selection_in(key), implementations=False)


def _key_targets(facts: Facts) -> Iterator[Coordinate]:
    for one in facts.types.values():
        for key in uses(one, "key"):
            yield from targets(facts, one.name, selection_in(key))


def _provides_targets(facts: Facts) -> Iterator[Coordinate]:
    for one in facts.types.values():
        for item in one.fields.values():
            for provides in uses(item, "provides"):
                yield from targets(facts, named(item.type), selection_in(provides))


def _requires_targets(facts: Facts) -> Iterator[Coordinate]:
    for one in facts.types.values():
        for item in one.fields.values():
            for requires in uses(item, "requires"):
                yield from targets(facts, one.name, selection_in(requires))


def _interface_targets(facts: Facts) -> Iterator[Coordinate]:
    for interface, objects in facts.implementers.items():
        owner = facts.types.get(interface)
        for name in owner.fields if owner else ():
            yield from ((one, name) for one in objects if name in facts.types[one].fields)


def _context_targets(facts: Facts) -> Iterator[Coordinate]:
    setters: dict[str, list[str]] = {}
    for one in facts.types.values():
        for context in uses(one, "context"):
            setters.setdefault(context.text("name") or "", []).append(one.name)
    for one in facts.types.values():
        for item in one.fields.values():
            for arg in item.args.values():
                for reference in uses(arg, "fromContext"):
                    referenced, _, selection = read_context_field(reference.text("field") or "")
                    for name in setters.get(referenced, ()):
                        yield from targets(facts, name, selection)


CONTEXT_FIELD = re.compile(r"^\s*\$\s*(\w+)(.*)$", re.DOTALL)


def read_context_field(text: str) -> tuple[str, str, Selection]:
    """The context, the text after it and its selection of `"$name { field }"`; all empty when it cannot be read."""
    match = CONTEXT_FIELD.match(text)
    if not match:
        return "", "", ()
    name, rest = match[1], match[2].strip()
    body = rest[1:-1] if rest.startswith("{") and rest.endswith("}") else rest
    try:
        return name, match[2], read_field_set(body)
    except InvalidFieldSet:
        return name, match[2], ()


def _marked_shareable(facts: Facts) -> Iterator[Coordinate]:
    for one in facts.types.values():
        parts = {applied.part for applied in uses(one, "shareable")}
        for item in one.fields.values():
            if item.part in parts or has(item, "shareable"):
                yield one.name, item.name
