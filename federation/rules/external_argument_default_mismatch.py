"""EXTERNAL_ARGUMENT_DEFAULT_MISMATCH: an argument of an external field has the resolved field's default."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError
from federation.definitions import Field
from federation.facts import Coordinate, Facts
from federation.values import canonical, same
from federation.wording import differing

CODE = "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH"
Sources = Sequence[tuple[Facts, Field]]


def errors(coordinate: Coordinate, merged: Field, externals: Sources, own: Sources) -> Iterator[CompositionError]:
    """An error for every argument whose default differs where the field is external."""
    for name, argument in merged.args.items():
        given = [(facts, one.args[name]) for facts, one in externals if name in one.args]
        if any(not same(argument.default, one.default) for _, one in given):
            resolved = [(facts, one.args[name]) for facts, one in own if name in one.args]
            pairs = [(canonical(one.default) or "(none)", facts.name) for facts, one in (*resolved, *given)]
            message = (
                f'Argument "{".".join(coordinate)}({name}:)" has incompatible defaults across subgraphs (where'
                f' "{".".join(coordinate)}" is marked @external): {differing("default value", pairs)}'
            )
            yield CompositionError(CODE, message, tuple(facts.name for facts, _ in (*resolved, *given)))
