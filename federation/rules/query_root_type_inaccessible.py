"""QUERY_ROOT_TYPE_INACCESSIBLE: a client sees the query type."""

from collections.abc import Iterator, Mapping

from federation.codes import CompositionError
from federation.definitions import TypeDef, has

CODE = "QUERY_ROOT_TYPE_INACCESSIBLE"


def errors(types: Mapping[str, TypeDef]) -> Iterator[CompositionError]:
    """The error for a hidden query type."""
    if has(types["Query"], "inaccessible"):
        message = 'Type "Query" is @inaccessible but is the root query type, which must be in the API schema.'
        yield CompositionError(CODE, message)
