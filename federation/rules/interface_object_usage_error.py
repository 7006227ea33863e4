"""INTERFACE_OBJECT_USAGE_ERROR: an @interfaceObject is an entity, and an interface somewhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from federation.codes import CompositionError, in_subgraph
from federation.definitions import TypeDef, has
from federation.facts import Facts
from federation.wording import quoted

if TYPE_CHECKING:
    from federation.merging.graphs import Graphs

CODE = "INTERFACE_OBJECT_USAGE_ERROR"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every @interfaceObject without a key."""
    for one in facts.types.values():
        if has(one, "interfaceObject") and not has(one, "key"):
            message = (
                "The @interfaceObject directive can only be applied to entity types but type"
                f' "{one.name}" has no @key in this subgraph.'
            )
            yield in_subgraph(facts.name, CODE, message)


def everywhere(name: str, sources: Sequence[tuple[Facts, TypeDef]]) -> list[CompositionError]:
    """The error for a type that is an @interfaceObject in every subgraph."""
    if not all(has(one, "interfaceObject") for _, one in sources):
        return []
    message = f'Type "{name}" is declared with @interfaceObject in all the subgraphs in which it is defined'
    return [CompositionError(CODE, message, tuple(facts.name for facts, _ in sources))]


def beside_implementations(graphs: Graphs, types: Mapping[str, TypeDef]) -> Iterator[CompositionError]:
    """An error for every subgraph with an @interfaceObject and types that implement the interface."""
    for facts in graphs.all:
        for one in facts.types.values():
            if not has(one, "interfaceObject"):
                continue
            found = [
                name
                for name in facts.types
                if name in types and types[name].kind == "OBJECT" and one.name in types[name].interfaces
            ]
            if found:
                message = (
                    f'Interface type "{one.name}" is defined as an @interfaceObject in subgraph "{facts.name}" so that'
                    f' subgraph should not define any of the implementation types of "{one.name}", but it defines'
                    f" {quoted(found)}"
                )
                yield in_subgraph(facts.name, CODE, message)
