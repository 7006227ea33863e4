"""REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH: an input field that one subgraph needs exists in all."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError
from federation.definitions import Argument
from federation.facts import Facts
from federation.wording import in_subgraphs

CODE = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"


def errors(
    coordinate: str, sources: Sequence[tuple[Facts, Argument]], lacking: Sequence[Facts]
) -> Iterator[CompositionError]:
    """The error for an input field that is required where it exists."""
    required = [facts.name for facts, one in sources if one.required]
    if required:
        missing = [facts.name for facts in lacking]
        message = (
            f'Input object field "{coordinate}" is required in some subgraphs but does not appear in all subgraphs: it is'
            f" required in {in_subgraphs(required)} but does not appear in {in_subgraphs(missing)}"
        )
        yield CompositionError(CODE, message, (*required, *missing))
