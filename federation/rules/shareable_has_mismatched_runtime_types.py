"""SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES: subgraphs that share a field can return an object of the same type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from federation.codes import CompositionError
from federation.facts import Coordinate
from federation.wording import listed, quoted

if TYPE_CHECKING:
    from federation.position import Positions
    from federation.reach import Reach

CODE = "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"


def mismatched(reach: Reach, found: Positions) -> dict[str, tuple[str, ...]]:
    """By subgraph, the types that it can return at the positions of a shared field; empty when some is common."""
    known: dict[str, tuple[str, ...]] = {}
    for position in found if len(found) > 1 else ():
        facts = reach.facts[position.subgraph]
        if position.type not in facts.types or reach.is_interface_object(position):
            return {}
        known[position.subgraph] = facts.possible(position.type)
    return known if len(known) > 1 and not set.intersection(*map(set, known.values())) else {}


def error(coordinate: Coordinate, known: Mapping[str, tuple[str, ...]], query: str) -> CompositionError:
    """The error for what `mismatched` found."""
    parts = listed([f'in subgraph "{name}", {quoted(sorted(types)) or "none"}' for name, types in known.items()])
    message = (
        f"For the following supergraph API query:\n{query}\n"
        f'Shared field "{".".join(coordinate)}" has a non-intersecting set of possible runtime types across subgraphs.'
        f" Runtime types are: {parts}."
    )
    return CompositionError(CODE, message, tuple(known))
