"""NO_QUERIES: a supergraph can be asked something."""

from collections.abc import Iterator, Mapping

from federation.codes import CompositionError
from federation.definitions import TypeDef

CODE = "NO_QUERIES"


def errors(types: Mapping[str, TypeDef]) -> Iterator[CompositionError]:
    """The error for merged types without queries."""
    if "Query" not in types or not types["Query"].fields:
        message = "No queries found in any subgraph: a supergraph must have a query root type."
        yield CompositionError(CODE, message)
