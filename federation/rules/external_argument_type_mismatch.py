"""EXTERNAL_ARGUMENT_TYPE_MISMATCH: an argument of an external field takes what the resolved field's takes."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError
from federation.definitions import Field
from federation.facts import Coordinate, Facts
from federation.merging.graphs import Graphs
from federation.wording import differing
from federation.wrapping import is_subtype

CODE = "EXTERNAL_ARGUMENT_TYPE_MISMATCH"
Sources = Sequence[tuple[Facts, Field]]


def errors(
    graphs: Graphs, coordinate: Coordinate, merged: Field, *, externals: Sources, own: Sources
) -> Iterator[CompositionError]:
    """An error for every argument that takes something else where the field is external."""
    for name, argument in merged.args.items():
        given = [(facts, one.args[name]) for facts, one in externals if name in one.args]
        if any(not is_subtype(argument.type, one.type, graphs.is_subtype) for _, one in given):
            resolved = [(facts, one.args[name]) for facts, one in own if name in one.args]
            types = [(f'"{one.type}"', facts.name) for facts, one in (*resolved, *given)]
            message = (
                f'Type of argument "{".".join(coordinate)}({name}:)" is incompatible across subgraphs (where'
                f' "{".".join(coordinate)}" is marked @external): {differing("type", types)}'
            )
            yield CompositionError(CODE, message, tuple(facts.name for facts, _ in (*resolved, *given)))
