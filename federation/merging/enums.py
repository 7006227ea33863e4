"""Merging enums: what is only returned is united, what is only taken is intersected, what is both must be the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from federation.definitions import Applied, EnumValue, TypeDef, has
from federation.facts import Facts
from federation.merging.directives import merged_applied
from federation.merging.graphs import Graphs
from federation.merging.ledger import Ledger
from federation.merging.references import description
from federation.rules import enum_value_mismatch
from federation.values import enum
from federation.wrapping import named

Sources = Sequence[tuple[Facts, TypeDef]]


@dataclass(frozen=True, slots=True)
class Usage:
    """One position in which a type is taken and one in which it is returned; empty where there is none."""

    taken: str = ""
    returned: str = ""


def usages(graphs: Graphs) -> Mapping[str, Usage]:
    """How every type is used in any subgraph."""
    taken: dict[str, str] = {}
    returned: dict[str, str] = {}
    for facts in graphs.all:
        for type_text, coordinate, into in _positions(facts):
            (taken if into else returned).setdefault(named(type_text), coordinate)
    return {name: Usage(taken.get(name, ""), returned.get(name, "")) for name in dict.fromkeys([*taken, *returned])}


def _positions(facts: Facts) -> Iterator[tuple[str, str, bool]]:
    for one in facts.types.values():
        for field in one.fields.values():
            yield field.type, f"{one.name}.{field.name}", False
            for arg in field.args.values():
                yield arg.type, f"{one.name}.{field.name}({arg.name}:)", True
        for entry in one.inputs.values():
            yield entry.type, f"{one.name}.{entry.name}", True


def merged_values(graphs: Graphs, name: str, sources: Sources, *, used: Usage, ledger: Ledger) -> dict[str, EnumValue]:
    """The values of an enum of the supergraph."""
    names = dict.fromkeys(value for _, one in sources for value in one.values)
    merged: dict[str, EnumValue] = {}
    for value in names:
        found = [(facts, one.values[value]) for facts, one in sources if value in one.values]
        lacking = [facts for facts, one in sources if value not in one.values]
        hidden = any(has(one, "inaccessible") for _, one in found)
        if lacking and used.taken and used.returned and not hidden:
            having = [facts for facts, _ in found]
            ledger.errors.append(enum_value_mismatch.error((name, value), (used.taken, used.returned), having, lacking))
        elif lacking and used.taken and not used.returned:
            message = f'Value "{value}" of enum "{name}" is left out: some subgraphs lack it.'
            ledger.hint("INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM", message, f"{name}.{value}")
            continue
        merged[value] = _merged(graphs, f"{name}.{value}", found, ledger)
    return merged


def _merged(graphs: Graphs, coordinate: str, sources: Sequence[tuple[Facts, EnumValue]], ledger: Ledger) -> EnumValue:
    joins = [Applied("join__enumValue", args=(("graph", enum(graphs.enum_names[facts.name])),)) for facts, _ in sources]
    return EnumValue(
        name=sources[0][1].name,
        applied=(*joins, *merged_applied(graphs, sources, coordinate, ledger)),
        description=description([one for _, one in sources], coordinate, ledger),
    )
