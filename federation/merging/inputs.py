"""Merging input objects: only the fields that every subgraph knows can be sent to every subgraph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from federation.definitions import Applied, Argument, TypeDef
from federation.facts import Facts
from federation.merging.directives import merged_applied
from federation.merging.graphs import Graphs
from federation.merging.ledger import Ledger
from federation.merging.references import default, description, reference
from federation.rules import (
    field_type_mismatch,
    input_field_default_mismatch,
    required_input_field_missing_in_some_subgraph,
)
from federation.values import enum, literal


def merged_inputs(
    graphs: Graphs, name: str, sources: Sequence[tuple[Facts, TypeDef]], ledger: Ledger
) -> dict[str, Argument]:
    """The fields of an input object of the supergraph."""
    names = dict.fromkeys(entry for _, one in sources for entry in one.inputs)
    merged: dict[str, Argument] = {}
    for entry in names:
        found = [(facts, one.inputs[entry]) for facts, one in sources if entry in one.inputs]
        lacking = [facts for facts, one in sources if entry not in one.inputs]
        coordinate = f"{name}.{entry}"
        if lacking:
            ledger.errors += required_input_field_missing_in_some_subgraph.errors(coordinate, found, lacking)
            message = f'Input field "{coordinate}" is left out: some subgraphs lack it.'
            ledger.hint("INCONSISTENT_INPUT_OBJECT_FIELD", message, coordinate)
            continue
        merged[entry] = _merged(graphs, coordinate, found, ledger)
    return merged


def _merged(graphs: Graphs, coordinate: str, sources: Sequence[tuple[Facts, Argument]], ledger: Ledger) -> Argument:
    code = field_type_mismatch.CODE
    merged_to, equal = reference(graphs, sources, coordinate, code=code, noun="input field", ledger=ledger)
    joins = () if equal else tuple(_join(graphs, facts, one) for facts, one in sources)
    return replace(
        sources[0][1],
        type=merged_to,
        default=default(sources, coordinate, code=input_field_default_mismatch.CODE, ledger=ledger),
        applied=(*joins, *merged_applied(graphs, sources, coordinate, ledger)),
        description=description([one for _, one in sources], coordinate, ledger),
    )


def _join(graphs: Graphs, facts: Facts, one: Argument) -> Applied:
    graph = enum(graphs.enum_names[facts.name])
    return Applied("join__field", args=(("graph", graph), ("type", literal(one.type))))
