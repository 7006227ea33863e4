"""EMPTY_MERGED_ENUM_TYPE: the subgraphs have no value of an enum in common."""

from collections.abc import Sequence

from federation.codes import CompositionError
from federation.facts import Facts
from federation.wording import in_subgraphs

CODE = "EMPTY_MERGED_ENUM_TYPE"


def error(name: str, sources: Sequence[Facts]) -> CompositionError:
    """The error for an enum that is only taken as input."""
    names = [facts.name for facts in sources]
    message = (
        f'None of the values of enum type "{name}" are defined consistently in all the subgraphs defining that type'
        f" ({in_subgraphs(names)}). As only values common to all subgraphs are merged, this would result in an empty type."
    )
    return CompositionError(CODE, message, tuple(names))
