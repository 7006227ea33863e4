"""CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS: an argument comes from a context everywhere, or is optional where it does not."""

from collections.abc import Sequence

from federation.codes import CompositionError
from federation.definitions import Argument, has
from federation.facts import Facts
from federation.wording import in_subgraphs

CODE = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"


def errors(field: str, name: str, sources: Sequence[tuple[Facts, Argument]]) -> tuple[CompositionError, ...]:
    """The error for an argument that some subgraph must be given by the client."""
    plain = [facts.name for facts, arg in sources if not has(arg, "fromContext") and arg.required]
    if not plain:
        return ()
    message = (
        f'Argument "{field}({name}:)" is contextual in at least one subgraph but in {in_subgraphs(plain)} it is required'
        " and does not come from a context"
    )
    return (CompositionError(CODE, message, tuple(plain)),)
