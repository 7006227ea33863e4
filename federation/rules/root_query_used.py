"""ROOT_QUERY_USED: the default name of the query root belongs to the query root."""

from federation.codes import CompositionError
from federation.root_names import taken

CODE = "ROOT_QUERY_USED"


def error(subgraph: str, root: str) -> CompositionError:
    """The error for a schema whose query root is another type."""
    return taken(subgraph, CODE, "Query", root)
