"""UNKNOWN_LINK_VERSION: composition knows the version of the link specification that a subgraph links."""

from federation.codes import CompositionError, in_subgraph

CODE = "UNKNOWN_LINK_VERSION"


def error(subgraph: str, written: str) -> CompositionError:
    """The error for another version."""
    return in_subgraph(subgraph, CODE, f"Schema uses unknown version {written} of the link spec; v1.0 is known")
