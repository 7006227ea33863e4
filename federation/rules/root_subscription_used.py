"""ROOT_SUBSCRIPTION_USED: the default name of the subscription root belongs to the subscription root."""

from federation.codes import CompositionError, in_subgraph

CODE = "ROOT_SUBSCRIPTION_USED"


def error(subgraph: str, root: str) -> CompositionError:
    """The error for a schema whose subscription root is another type."""
    message = (
        f'The schema has a type named "Subscription" but it is not set as the subscription root type ("{root}" is instead): a'
        " root type that does not use its default name leaves that name unused."
    )
    return in_subgraph(subgraph, CODE, message)
