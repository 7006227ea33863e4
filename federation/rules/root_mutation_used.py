"""ROOT_MUTATION_USED: the default name of the mutation root belongs to the mutation root."""

from federation.codes import CompositionError
from federation.root_names import taken

CODE = "ROOT_MUTATION_USED"


def error(subgraph: str, root: str) -> CompositionError:
    """The error for a schema whose mutation root is another type."""
    return taken(subgraph, CODE, "Mutation", root)
