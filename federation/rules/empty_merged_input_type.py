"""EMPTY_MERGED_INPUT_TYPE: the subgraphs have no field of an input object in common."""

from collections.abc import Sequence

from federation.codes import CompositionError
from federation.facts import Facts
from federation.wording import in_subgraphs

CODE = "EMPTY_MERGED_INPUT_TYPE"


def error(name: str, sources: Sequence[Facts]) -> CompositionError:
    """The error for an input object without common fields."""
    names = [facts.name for facts in sources]
    message = (
        f'None of the fields of input object type "{name}" are consistently defined in all the subgraphs defining that'
        f" type ({in_subgraphs(names)}). As only fields common to all subgraphs are merged, this would result in an"
        " empty type."
    )
    return CompositionError(CODE, message, tuple(names))
