"""A place on the way through subgraphs: a subgraph, a type there, and what `@provides` on the way made available."""

from __future__ import annotations

from dataclasses import dataclass

from federation.selection import Selection


@dataclass(frozen=True, slots=True)
class Position:
    """Being at a type in a subgraph.  `provided`: what can be had there beyond the subgraph's own fields."""

    subgraph: str
    type: str
    provided: Selection = ()


Positions = tuple[Position, ...]
