"""UNKNOWN_FEDERATION_LINK_VERSION: composition knows the version of federation that a subgraph links."""

from federation.codes import CompositionError, in_subgraph

CODE = "UNKNOWN_FEDERATION_LINK_VERSION"


def error(subgraph: str, written: str, known: str) -> CompositionError:
    """The error for another version."""
    message = f"Invalid version {written} for the federation feature in @link directive on schema: {known} are known"
    return in_subgraph(subgraph, CODE, message)
