"""REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH: what one subgraph must be told, all can be told."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError
from federation.definitions import Argument
from federation.facts import Facts
from federation.wording import in_subgraphs

CODE = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"


def errors(
    coordinate: str, sources: Sequence[tuple[Facts, Argument]], lacking: Sequence[Facts]
) -> Iterator[CompositionError]:
    """The error for an argument that is required where it exists."""
    required = [facts.name for facts, one in sources if one.required]
    if required:
        missing = [facts.name for facts in lacking]
        message = (
            f'Argument "{coordinate}" is required in some subgraphs but does not appear in all subgraphs: it is required'
            f" in {in_subgraphs(required)} but does not appear in {in_subgraphs(missing)}"
        )
        yield CompositionError(CODE, message, (*required, *missing))
