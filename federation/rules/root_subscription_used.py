"""ROOT_SUBSCRIPTION_USED: the default name of the subscription root belongs to the subscription root."""

from federation.codes import CompositionError
from federation.root_names import taken

CODE = "ROOT_SUBSCRIPTION_USED"


def error(subgraph: str, root: str) -> CompositionError:
    """The error for a schema whose subscription root is another type."""
    return taken(subgraph, CODE, "Subscription", root)
