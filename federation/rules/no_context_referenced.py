"""NO_CONTEXT_REFERENCED: @fromContext names a context and selects from it."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.contextual import references
from federation.facts import Facts

CODE = "NO_CONTEXT_REFERENCED"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every @fromContext that names none."""
    for one in references(facts):
        if not one.context:
            message = f'@fromContext argument does not reference a context "{one.text}" at "{one.coordinate}".'
            yield in_subgraph(facts.name, CODE, message)
