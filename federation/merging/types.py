"""Merging every named type: one `TypeDef` a name, with the join-spec directives that say what came from where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from graphql.language import ValueNode

from federation.definitions import Applied, Field, Kind, TypeDef, has, uses
from federation.facts import Facts, printed_field_set
from federation.merging.contexts import merged_contexts
from federation.merging.directives import merged_applied
from federation.merging.enums import Usage, merged_values, usages
from federation.merging.fields import merged_field
from federation.merging.graphs import Graphs
from federation.merging.inputs import merged_inputs
from federation.merging.ledger import Ledger
from federation.merging.references import description
from federation.rules import (
    empty_merged_enum_type,
    empty_merged_input_type,
    interface_object_usage_error,
    invalid_field_sharing,
    type_kind_mismatch,
)
from federation.values import enum, literal

Sources = Sequence[tuple[Facts, TypeDef]]


def merged_types(graphs: Graphs, ledger: Ledger) -> dict[str, TypeDef]:
    """Every type of the supergraph, in the order of first appearance."""
    names = dict.fromkeys(name for facts in graphs.all for name in facts.types)
    used = usages(graphs)
    merged = {name: one for name in names if (one := _merged(graphs, name, used, ledger))}
    return {name: _with_interface_object_fields(graphs, one, merged, ledger) for name, one in merged.items()}


def kind_of(one: TypeDef) -> Kind:
    """The kind in the supergraph: an @interfaceObject is an interface there."""
    return "INTERFACE" if has(one, "interfaceObject") else one.kind


def _merged(graphs: Graphs, name: str, used: Mapping[str, Usage], ledger: Ledger) -> TypeDef | None:
    sources = graphs.defining(name)
    found = type_kind_mismatch.errors(name, [(facts.name, kind_of(one)) for facts, one in sources])
    found = found or interface_object_usage_error.everywhere(name, sources)
    if found:
        ledger.errors += found
        return None
    base = TypeDef(
        name=name,
        kind=kind_of(sources[0][1]),
        applied=(*_joins(graphs, sources), *merged_applied(graphs, sources, name, ledger), *merged_contexts(sources)),
        description=description([one for _, one in sources], name, ledger),
        interfaces=tuple(dict.fromkeys(interface for _, one in sources for interface in one.interfaces)),
    )
    return _with_parts(graphs, base, sources, used=used.get(name, Usage()), ledger=ledger)


def _with_parts(graphs: Graphs, base: TypeDef, sources: Sources, *, used: Usage, ledger: Ledger) -> TypeDef:
    match base.kind:
        case "OBJECT" | "INTERFACE":
            return _with_fields(graphs, base, sources, ledger)
        case "UNION":
            return replace(base, members=tuple(dict.fromkeys(name for _, one in sources for name in one.members)))
        case "ENUM":
            values = merged_values(graphs, base.name, sources, used=used, ledger=ledger)
            if not values:
                ledger.errors.append(empty_merged_enum_type.error(base.name, [facts for facts, _ in sources]))
            return replace(base, values=values)
        case "INPUT_OBJECT":
            inputs = merged_inputs(graphs, base.name, sources, ledger)
            if not inputs:
                ledger.errors.append(empty_merged_input_type.error(base.name, [facts for facts, _ in sources]))
            return replace(base, inputs=inputs)
        case _:
            return base


def _with_fields(graphs: Graphs, base: TypeDef, sources: Sources, ledger: Ledger) -> TypeDef:
    names = dict.fromkeys(name for _, one in sources for name in one.fields)
    merged = {name: one for name in names if (one := merged_field(graphs, (base.name, name), ledger))}
    if base.kind == "OBJECT":
        for name in merged:
            ledger.errors += invalid_field_sharing.errors(graphs, (base.name, name), base.interfaces)
    return replace(base, fields=merged)


def _joins(graphs: Graphs, sources: Sources) -> Iterator[Applied]:
    for facts, one in sources:
        graph = enum(graphs.enum_names[facts.name])
        as_object = [("isInterfaceObject", literal(True))] if has(one, "interfaceObject") else []
        for key in _keys(one):
            yield Applied("join__type", args=(("graph", graph), *key, *as_object))
    for facts, one in sources:
        graph = enum(graphs.enum_names[facts.name])
        for interface in one.interfaces:
            yield Applied("join__implements", args=(("graph", graph), ("interface", literal(interface))))
        for member in one.members:
            yield Applied("join__unionMember", args=(("graph", graph), ("member", literal(member))))


def _keys(one: TypeDef) -> list[list[tuple[str, ValueNode]]]:
    keys = [_key(one, key) for key in uses(one, "key")]
    return keys or [[]]


def _key(one: TypeDef, key: Applied) -> list[tuple[str, ValueNode]]:
    args = [("key", literal(printed_field_set(key)))]
    if key.extension or has(one, "extends"):
        args.append(("extension", literal(True)))
    resolvable = key.arg("resolvable")
    return [*args, ("resolvable", resolvable)] if resolvable else args


def _with_interface_object_fields(
    graphs: Graphs, one: TypeDef, merged: Mapping[str, TypeDef], ledger: Ledger
) -> TypeDef:
    """An object gets the fields that an @interfaceObject of one of its interfaces adds; nothing resolves them there."""
    if one.kind != "OBJECT":
        return one
    added: dict[str, Field] = {}
    for interface in one.interfaces:
        above = merged.get(interface)
        for facts, declared in graphs.defining(interface):
            for name in declared.fields if above and has(declared, "interfaceObject") else ():
                if above and name in above.fields and not facts.external((interface, name)):
                    added[name] = replace(above.fields[name], applied=(Applied("join__field"), *_kept(above, name)))
    for name in added:
        if name not in one.fields:
            ledger.errors += invalid_field_sharing.errors(graphs, (one.name, name), one.interfaces)
    return replace(one, fields={**added, **one.fields}) if added else one


def _kept(interface: TypeDef, name: str) -> tuple[Applied, ...]:
    return tuple(one for one in interface.fields[name].applied if not one.name.startswith("join__"))
