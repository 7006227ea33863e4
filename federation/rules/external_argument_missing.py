"""EXTERNAL_ARGUMENT_MISSING: an external field has the arguments that the field has where it is resolved."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError
from federation.definitions import Field
from federation.facts import Coordinate, Facts
from federation.wording import in_subgraphs

CODE = "EXTERNAL_ARGUMENT_MISSING"
Sources = Sequence[tuple[Facts, Field]]


def errors(coordinate: Coordinate, merged: Field, externals: Sources, own: Sources) -> Iterator[CompositionError]:
    """An error for every argument that some external declaration lacks."""
    field = ".".join(coordinate)
    for name in merged.args:
        lacking = [facts.name for facts, one in externals if name not in one.args]
        having = [facts.name for facts, one in own if name in one.args]
        if lacking:
            argument = f"{field}({name}:)"
            message = (
                f'Field "{field}" is missing argument "{argument}" in some subgraphs where it is marked @external:'
                f' argument "{argument}" is declared in {in_subgraphs(having)} but not in {in_subgraphs(lacking)}'
                f' (where "{field}" is @external)'
            )
            yield CompositionError(CODE, message, (*having, *lacking))
