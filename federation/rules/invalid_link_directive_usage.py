"""INVALID_LINK_DIRECTIVE_USAGE: a link imports what its specification defines, once, under names that are free."""

from federation.codes import CompositionError, in_subgraph

CODE = "INVALID_LINK_DIRECTIVE_USAGE"


def error(subgraph: str, message: str) -> CompositionError:
    """The error for a link that does not; the message says how."""
    return in_subgraph(subgraph, CODE, message)
