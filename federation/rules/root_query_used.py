"""ROOT_QUERY_USED: the default name of the query root belongs to the query root."""

from federation.codes import CompositionError, in_subgraph

CODE = "ROOT_QUERY_USED"


def error(subgraph: str, root: str) -> CompositionError:
    """The error for a schema whose query root is another type."""
    message = (
        f'The schema has a type named "Query" but it is not set as the query root type ("{root}" is instead): a'
        " root type that does not use its default name leaves that name unused."
    )
    return in_subgraph(subgraph, CODE, message)
