"""EXTERNAL_MISSING_ON_BASE: a field that is external everywhere is resolved nowhere."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError
from federation.facts import Coordinate, Facts
from federation.wording import in_subgraphs

CODE = "EXTERNAL_MISSING_ON_BASE"


def errors(coordinate: Coordinate, external_in: Sequence[Facts]) -> Iterator[CompositionError]:
    """The error for a field that no subgraph resolves; nothing when no subgraph declares it any more."""
    names = [facts.name for facts in external_in]
    if names:
        message = (
            f'Field "{".".join(coordinate)}" is marked @external on all the subgraphs in which it is listed'
            f" ({in_subgraphs(names)})."
        )
        yield CompositionError(CODE, message, tuple(names))
