"""INVALID_LINK_IDENTIFIER: a link names a specification and its version."""

from federation.codes import CompositionError, in_subgraph

CODE = "INVALID_LINK_IDENTIFIER"


def error(subgraph: str, url: str) -> CompositionError:
    """The error for a url that does not."""
    message = f"Invalid @link url '{url}': expected '/<feature>/vX.Y' (for example '/federation/v2.9')"
    return in_subgraph(subgraph, CODE, message)
