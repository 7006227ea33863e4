"""A type that bears a root's default name without being that root."""

from federation.codes import CompositionError, in_subgraph


def taken(subgraph: str, code: str, name: str, root: str) -> CompositionError:
    """The error under `code` for a type called `name`, where `root` is the root that would be called so."""
    message = (
        f'The schema has a type named "{name}" but it is not set as the {name.lower()} root type ("{root}" is instead): a'
        " root type that does not use its default name leaves that name unused."
    )
    return in_subgraph(subgraph, code, message)
