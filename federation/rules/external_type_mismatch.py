"""EXTERNAL_TYPE_MISMATCH: an external field has the type that the field has where it is resolved, or a wider one."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError
from federation.definitions import Field
from federation.facts import Coordinate, Facts
from federation.merging.graphs import Graphs
from federation.rules import external_argument_default_mismatch, external_argument_type_mismatch
from federation.wording import differing
from federation.wrapping import is_subtype

CODE = "EXTERNAL_TYPE_MISMATCH"
Sources = Sequence[tuple[Facts, Field]]


def errors(
    graphs: Graphs, coordinate: Coordinate, merged: Field, *, externals: Sources, own: Sources
) -> Iterator[CompositionError]:
    """An error when some external declaration has a type that the field never has, and those of its arguments."""
    if any(not is_subtype(merged.type, one.type, graphs.is_subtype) for _, one in externals):
        types = [(f'"{one.type}"', facts.name) for facts, one in (*own, *externals)]
        message = (
            f'Type of field "{".".join(coordinate)}" is incompatible across subgraphs (where marked @external):'
            f" {differing('type', types)}"
        )
        yield CompositionError(CODE, message, tuple(facts.name for facts, _ in (*own, *externals)))
    yield from external_argument_type_mismatch.errors(graphs, coordinate, merged, externals=externals, own=own)
    yield from external_argument_default_mismatch.errors(coordinate, merged, externals, own)
