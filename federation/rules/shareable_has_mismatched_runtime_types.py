"""SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES: subgraphs that share a field can return an object of the same type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from federation.codes import CompositionError
from federation.definitions import has
from federation.facts import Coordinate
from federation.wording import listed, quoted

if TYPE_CHECKING:
    from federation.reach import Positions, Reach

CODE = "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"


def errors(reach: Reach, coordinate: Coordinate, found: Positions, query: str) -> Iterator[CompositionError]:
    """The error when what several subgraphs can return for a field has no type in common."""
    known: dict[str, tuple[str, ...]] = {}
    for position in found:
        facts = reach.facts[position.subgraph]
        one = facts.types.get(position.type)
        if one is None or has(one, "interfaceObject"):
            return
        known[position.subgraph] = facts.possible(position.type)
    if len(known) < 2 or set.intersection(*map(set, known.values())):
        return
    parts = listed([f'in subgraph "{name}", {quoted(sorted(types)) or "none"}' for name, types in known.items()])
    message = (
        f"For the following supergraph API query:\n{query}\n"
        f'Shared field "{".".join(coordinate)}" has a non-intersecting set of possible runtime types across subgraphs.'
        f" Runtime types are: {parts}."
    )
    yield CompositionError(CODE, message, tuple(known))
