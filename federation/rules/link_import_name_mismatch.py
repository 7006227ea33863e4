"""LINK_IMPORT_NAME_MISMATCH: a directive that reaches the supergraph has one name there."""

from collections.abc import Iterator, Mapping

from federation.codes import CompositionError
from federation.wording import in_subgraphs

CODE = "LINK_IMPORT_NAME_MISMATCH"


def errors(spec: str, imported: Mapping[str, str]) -> Iterator[CompositionError]:
    """The error for a directive that subgraphs import under several names."""
    groups: dict[str, list[str]] = {}
    for subgraph, local in imported.items():
        groups.setdefault(local, []).append(subgraph)
    if len(groups) > 1:
        names = " and ".join(f'"@{local}" in {in_subgraphs(found)}' for local, found in groups.items())
        message = (
            f'The import name "@{spec}" is imported with mismatched name between subgraphs: it is imported as {names}'
        )
        yield CompositionError(CODE, message, tuple(imported))
