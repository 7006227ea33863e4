"""ENUM_VALUE_MISMATCH: an enum that is both taken and returned has the same values everywhere."""

from collections.abc import Sequence

from federation.codes import CompositionError
from federation.facts import Facts
from federation.wording import in_subgraphs

CODE = "ENUM_VALUE_MISMATCH"


def error(
    value: tuple[str, str], uses: tuple[str, str], having: Sequence[Facts], lacking: Sequence[Facts]
) -> CompositionError:
    """The error for one (enum, value) that some subgraphs lack; `uses` is a position that takes and one that returns."""
    name, text = value
    taken, returned = uses
    some, others = [facts.name for facts in having], [facts.name for facts in lacking]
    message = (
        f'Enum type "{name}" is used as both input type (for example, as type of "{taken}") and output type (for example,'
        f' as type of "{returned}"), but value "{text}" is not defined in all the subgraphs defining "{name}":'
        f' "{text}" is defined in {in_subgraphs(some)} but not in {in_subgraphs(others)}'
    )
    return CompositionError(CODE, message, (*some, *others))
