"""LIST_SIZE_INVALID_ASSUMED_SIZE: a list is not assumed to be shorter than empty."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.facts import Facts
from federation.list_sizes import list_sizes
from federation.values import integer

CODE = "LIST_SIZE_INVALID_ASSUMED_SIZE"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every negative size."""
    for coordinate, _, applied in list_sizes(facts):
        size = integer(applied.arg("assumedSize"))
        if size is not None and size < 0:
            message = f'"{coordinate}" has negative @listSize(assumedSize:) value'
            yield in_subgraph(facts.name, CODE, message)
