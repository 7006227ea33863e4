"""@context and @fromContext in the supergraph: context names are prefixed, arguments become `contextArguments`."""

from __future__ import annotations

from collections.abc import Sequence

from graphql.language import ValueNode

from federation.definitions import Applied, Field, TypeDef, uses
from federation.facts import Facts, read_context_field
from federation.values import literal


def prefixed(subgraph: str, context: str) -> str:
    """The name of a subgraph's context in the supergraph."""
    return f"{subgraph}__{context}"


def merged_contexts(sources: Sequence[tuple[Facts, TypeDef]]) -> tuple[Applied, ...]:
    """`@context` of every subgraph that sets one on a type."""
    names = [prefixed(facts.name, one.text("name") or "") for facts, type_ in sources for one in uses(type_, "context")]
    return tuple(Applied("context", args=(("name", literal(name)),)) for name in dict.fromkeys(names))


def join_arguments(facts: Facts, field: Field) -> ValueNode | None:
    """The `contextArguments` of a field; None when none of its arguments comes from a context."""
    found = []
    for arg in field.args.values():
        for applied in uses(arg, "fromContext"):
            context, selection, _ = read_context_field(applied.text("field") or "")
            entry = {"context": prefixed(facts.name, context), "name": arg.name, "type": arg.type}
            found.append({**entry, "selection": selection})
    return literal(tuple(found)) if found else None
