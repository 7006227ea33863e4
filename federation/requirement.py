"""What one subgraph must be given and another does not know: an argument or an input field, required in some and lacking in others."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError
from federation.definitions import Argument
from federation.facts import Facts
from federation.wording import in_subgraphs


def unmet(
    code: str, named: str, sources: Sequence[tuple[Facts, Argument]], lacking: Sequence[Facts]
) -> Iterator[CompositionError]:
    """The error under `code` where any of `sources` requires what `lacking` do not have.  `named`: `Argument "T.f(a:)"`."""
    required = [facts.name for facts, one in sources if one.required]
    if required:
        missing = [facts.name for facts in lacking]
        message = (
            f"{named} is required in some subgraphs but does not appear in all subgraphs: it is required"
            f" in {in_subgraphs(required)} but does not appear in {in_subgraphs(missing)}"
        )
        yield CompositionError(code, message, (*required, *missing))
