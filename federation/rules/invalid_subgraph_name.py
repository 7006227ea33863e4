"""INVALID_SUBGRAPH_NAME: a subgraph has a name of its own, which is not reserved."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError, in_subgraph

CODE = "INVALID_SUBGRAPH_NAME"
RESERVED = ("", "_")


def errors(names: Sequence[str]) -> Iterator[CompositionError]:
    """An error for every name that cannot be used."""
    for name in dict.fromkeys(names):
        if name in RESERVED:
            yield in_subgraph(name, CODE, f'Invalid name "{name}" for a subgraph: this name is reserved')
        elif names.count(name) > 1:
            yield in_subgraph(name, CODE, f'A subgraph named "{name}" already exists')
