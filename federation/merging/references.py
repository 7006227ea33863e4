"""Merging what several subgraphs say of one position: its type, its default value, its description."""

from __future__ import annotations

from collections.abc import Sequence

from graphql.language import ValueNode

from federation.definitions import Argument, EnumValue, Field, TypeDef
from federation.facts import Facts
from federation.merging.graphs import Graphs
from federation.merging.ledger import Ledger
from federation.values import canonical, same
from federation.wording import differing
from federation.wrapping import is_subtype

Typed = Sequence[tuple[Facts, Field]] | Sequence[tuple[Facts, Argument]]
Described = Sequence[TypeDef] | Sequence[Field] | Sequence[Argument] | Sequence[EnumValue]


def merged_type(graphs: Graphs, sources: Typed, *, narrowest: bool) -> str | None:
    """The type of which all are variants: the widest for output, the narrowest for input; None when there is none."""
    chosen = sources[0][1].type
    for _, one in sources[1:]:
        wider = is_subtype(chosen, one.type, graphs.is_subtype)
        if not wider and not is_subtype(one.type, chosen, graphs.is_subtype):
            return None
        if wider != narrowest:
            chosen = one.type
    return chosen


def reference(
    graphs: Graphs, sources: Typed, coordinate: str, *, code: str, noun: str, ledger: Ledger
) -> tuple[str, bool]:
    """The merged type and whether all subgraphs wrote the same; a conflict is recorded under `code`."""
    narrowest = noun != "field"
    equal = len({one.type for _, one in sources}) == 1
    if equal:
        return sources[0][1].type, True
    found = merged_type(graphs, sources, narrowest=narrowest)
    types = [(f'"{one.type}"', facts.name) for facts, one in sources]
    if found is None:
        message = f'Type of {noun} "{coordinate}" is incompatible across subgraphs: {differing("type", types)}'
        ledger.error(code, message, *[facts.name for facts, _ in sources])
        return sources[0][1].type, False
    kind = "ARGUMENT" if narrowest else "FIELD"
    message = f'Type of {noun} "{coordinate}" is inconsistent but compatible: {differing("type", types)}'
    ledger.hint(f"INCONSISTENT_BUT_COMPATIBLE_{kind}_TYPE", f"{message}. The supergraph has {found}.", coordinate)
    return found, False


def default(
    sources: Sequence[tuple[Facts, Argument]], coordinate: str, *, code: str, ledger: Ledger
) -> ValueNode | None:
    """The default that all subgraphs give; none when some give none, and a conflict is recorded under `code`."""
    first = next((one.default for _, one in sources if one.default is not None), None)
    if first is None:
        return None
    if all(same(one.default, first) for _, one in sources):
        return first
    given = [(_written(one.default), facts.name) for facts, one in sources]
    noun = "Argument" if code.startswith("FIELD") else "Input field"
    if all(same(one.default, first) for _, one in sources if one.default is not None):
        message = (
            f'{noun} "{coordinate}" has a default value in only some subgraphs: {differing("default value", given)}'
        )
        ledger.hint("INCONSISTENT_DEFAULT_VALUE_PRESENCE", message, coordinate)
        return None
    message = f'{noun} "{coordinate}" has incompatible default values across subgraphs: '
    ledger.error(code, message + differing("default value", given), *[facts.name for facts, _ in sources])
    return first


def _written(value: ValueNode | None) -> str:
    return canonical(value) or "(none)"


def description(elements: Described, coordinate: str, ledger: Ledger) -> str:
    """The description that most subgraphs give, the first of those; empty ones do not count."""
    given = [one.description for one in elements if one.description]
    if not given:
        return ""
    counted = {text: given.count(text) for text in given}
    if len(counted) > 1:
        ledger.hint("INCONSISTENT_DESCRIPTION", f'"{coordinate}" has differing descriptions.', coordinate)
    return max(counted, key=lambda text: counted[text])
