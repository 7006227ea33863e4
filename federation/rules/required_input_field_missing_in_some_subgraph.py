"""REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH: an input field that one subgraph needs exists in all."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError
from federation.definitions import Argument
from federation.facts import Facts
from federation.requirement import unmet

CODE = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"


def errors(
    coordinate: str, sources: Sequence[tuple[Facts, Argument]], lacking: Sequence[Facts]
) -> Iterator[CompositionError]:
    """The error for an input field that is required where it exists."""
    return unmet(CODE, f'Input object field "{coordinate}"', sources, lacking)
