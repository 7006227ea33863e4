"""Merging a field of an object or interface, with its arguments and its `@join__field`s."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from graphql.language import ValueNode

from federation.definitions import Applied, Argument, Field, has, uses
from federation.facts import Coordinate, Facts, printed_field_set
from federation.merging import contexts
from federation.merging.directives import merged_applied
from federation.merging.graphs import Graphs
from federation.merging.ledger import Ledger
from federation.merging.references import default, description, reference
from federation.rules import (
    contextual_argument_not_contextual_in_all_subgraphs,
    external_argument_missing,
    external_missing_on_base,
    external_type_mismatch,
    field_argument_default_mismatch,
    field_argument_type_mismatch,
    field_type_mismatch,
    merged_directive_application_on_external,
    required_argument_missing_in_some_subgraph,
)
from federation.values import enum, literal

Sources = Sequence[tuple[Facts, Field]]


def merged_field(graphs: Graphs, coordinate: Coordinate, ledger: Ledger) -> Field | None:
    """The field as the supergraph has it; None when every subgraph leaves it to another."""
    moved = graphs.override(coordinate)
    owners = [facts for facts, _ in graphs.defining(coordinate[0])]
    declared = [(facts, one) for facts in owners if (one := facts.field(coordinate))]
    own = [(facts, one) for facts, one in declared if not facts.external(coordinate)]
    externals = [(facts, one) for facts, one in declared if facts.external(coordinate)]
    if not own and _added_by_interface_object(graphs, coordinate):
        own = externals
    if not own:
        ledger.errors += external_missing_on_base.errors(coordinate, [facts for facts, _ in externals])
        return None
    ledger.errors += merged_directive_application_on_external.errors(coordinate, declared)
    name = ".".join(coordinate)
    merged_to, equal = reference(graphs, own, name, code=field_type_mismatch.CODE, noun="field", ledger=ledger)
    args = merged_arguments(graphs, name, own, ledger)
    merged = Field(coordinate[1], merged_to, args)
    _check_externals(graphs, coordinate, merged, externals=externals, own=own, ledger=ledger)
    equal = equal and all(one.type == merged_to for _, one in externals)
    joined = [(facts, one) for facts, one in declared if not moved.gone(facts.name)]
    joins = _joins(graphs, coordinate, joined, equal=equal)
    return Field(
        name=coordinate[1],
        type=merged_to,
        args=args,
        applied=(*joins, *merged_applied(graphs, own, name, ledger)),
        description=description([one for _, one in own], name, ledger),
    )


def _check_externals(
    graphs: Graphs, coordinate: Coordinate, merged: Field, *, externals: Sources, own: Sources, ledger: Ledger
) -> None:
    ledger.errors += external_type_mismatch.errors(graphs, coordinate, merged, externals=externals, own=own)
    ledger.errors += external_argument_missing.errors(coordinate, merged, externals, own)


def _added_by_interface_object(graphs: Graphs, coordinate: Coordinate) -> bool:
    """Whether an @interfaceObject resolves the field for every type of its interface."""
    owner, name = coordinate
    interfaces = {interface for _, one in graphs.defining(owner) for interface in one.interfaces}
    return any(
        has(one, "interfaceObject") and name in one.fields and not facts.external((interface, name))
        for interface in sorted(interfaces)
        for facts, one in graphs.defining(interface)
    )


def merged_arguments(graphs: Graphs, field: str, sources: Sources, ledger: Ledger) -> dict[str, Argument]:
    """The arguments that every subgraph has; a required one that some lack is an error."""
    names = dict.fromkeys(name for _, one in sources for name in one.args)
    merged: dict[str, Argument] = {}
    for name in names:
        found = [(facts, one.args[name]) for facts, one in sources if name in one.args]
        if any(has(arg, "fromContext") for _, arg in found):
            ledger.errors += contextual_argument_not_contextual_in_all_subgraphs.errors(field, name, found)
            continue
        lacking = [facts for facts, one in sources if name not in one.args]
        coordinate = f"{field}({name}:)"
        if lacking:
            ledger.errors += required_argument_missing_in_some_subgraph.errors(coordinate, found, lacking)
            ledger.hint("INCONSISTENT_ARGUMENT_PRESENCE", f'"{coordinate}" is left out: some subgraphs lack it.', field)
            continue
        merged[name] = merged_argument(graphs, coordinate, found, ledger)
    return merged


def merged_argument(
    graphs: Graphs, coordinate: str, sources: Sequence[tuple[Facts, Argument]], ledger: Ledger
) -> Argument:
    """An argument that every subgraph has."""
    code = field_argument_type_mismatch.CODE
    merged_to, _ = reference(graphs, sources, coordinate, code=code, noun="argument", ledger=ledger)
    value = default(sources, coordinate, code=field_argument_default_mismatch.CODE, ledger=ledger)
    applied = merged_applied(graphs, sources, coordinate, ledger)
    text = description([one for _, one in sources], coordinate, ledger)
    return replace(sources[0][1], type=merged_to, default=value, applied=applied, description=text)


def _joins(graphs: Graphs, coordinate: Coordinate, sources: Sources, *, equal: bool) -> tuple[Applied, ...]:
    if equal and not _needs_join(graphs, coordinate, {facts.name: one for facts, one in sources}):
        return ()
    return tuple(_join(graphs, coordinate, facts, one, equal=equal) for facts, one in sources)


def _needs_join(graphs: Graphs, coordinate: Coordinate, sources: Mapping[str, Field]) -> bool:
    moved = graphs.override(coordinate)
    if moved.labels or moved.used:
        return True
    for facts, _ in graphs.defining(coordinate[0]):
        one = sources.get(facts.name)
        if one is None or facts.external(coordinate) or has(one, "provides") or has(one, "requires"):
            return True
        if any(has(arg, "fromContext") for arg in one.args.values()):
            return True
    return False


def _join(graphs: Graphs, coordinate: Coordinate, facts: Facts, one: Field, *, equal: bool) -> Applied:
    moved = graphs.override(coordinate)
    override = next((applied.text("from") for applied in uses(one, "override")[-1:]), None)
    values: list[tuple[str, ValueNode | None]] = [
        ("graph", enum(graphs.enum_names[facts.name])),
        ("requires", _field_set(one, "requires")),
        ("provides", _field_set(one, "provides")),
        ("type", None if equal else literal(one.type)),
        ("external", literal(True) if facts.external(coordinate) else None),
        ("override", literal(override) if override is not None else None),
        ("usedOverridden", literal(True) if facts.name in moved.used else None),
        ("overrideLabel", literal(moved.labels[facts.name]) if facts.name in moved.labels else None),
        ("contextArguments", contexts.join_arguments(facts, one)),
    ]
    return Applied("join__field", args=tuple((name, value) for name, value in values if value is not None))


def _field_set(one: Field, spec: str) -> ValueNode | None:
    text = next((printed_field_set(applied) for applied in uses(one, spec)), None)
    return literal(text) if text else None
