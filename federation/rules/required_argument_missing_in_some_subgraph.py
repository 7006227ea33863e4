"""REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH: what one subgraph must be told, all can be told."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError
from federation.definitions import Argument
from federation.facts import Facts
from federation.requirement import unmet

CODE = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"


def errors(
    coordinate: str, sources: Sequence[tuple[Facts, Argument]], lacking: Sequence[Facts]
) -> Iterator[CompositionError]:
    """The error for an argument that is required where it exists."""
    return unmet(CODE, f'Argument "{coordinate}"', sources, lacking)
