"""TYPE_KIND_MISMATCH: a name is the same kind of type everywhere; an @interfaceObject counts as an interface."""

from collections.abc import Sequence

from federation.codes import CompositionError
from federation.definitions import KIND_TITLES, Kind
from federation.wording import in_subgraphs, listed

CODE = "TYPE_KIND_MISMATCH"


def errors(name: str, kinds: Sequence[tuple[str, Kind]]) -> list[CompositionError]:
    """The error for (subgraph, kind) pairs that differ."""
    groups: dict[Kind, list[str]] = {}
    for subgraph, kind in kinds:
        groups.setdefault(kind, []).append(subgraph)
    if len(groups) < 2:
        return []
    parts = [f"{KIND_TITLES[kind]} in {in_subgraphs(names)}" for kind, names in groups.items()]
    message = f'Type "{name}" has mismatched kind: it is defined as {parts[0]} but {listed(parts[1:])}'
    return [CompositionError(CODE, message, tuple(subgraph for subgraph, _ in kinds))]
