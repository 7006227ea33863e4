"""ROOT_MUTATION_USED: the default name of the mutation root belongs to the mutation root."""

from federation.codes import CompositionError, in_subgraph

CODE = "ROOT_MUTATION_USED"


def error(subgraph: str, root: str) -> CompositionError:
    """The error for a schema whose mutation root is another type."""
    message = (
        f'The schema has a type named "Mutation" but it is not set as the mutation root type ("{root}" is instead): a'
        " root type that does not use its default name leaves that name unused."
    )
    return in_subgraph(subgraph, CODE, message)
