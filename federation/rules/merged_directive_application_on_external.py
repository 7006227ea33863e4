"""MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL: what a directive says of a field is said where the field is resolved."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError
from federation.definitions import Field
from federation.facts import Coordinate, Facts

CODE = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"
MERGED = ("tag", "inaccessible", "authenticated", "requiresScopes", "policy", "cost", "listSize")


def errors(coordinate: Coordinate, sources: Sequence[tuple[Facts, Field]]) -> Iterator[CompositionError]:
    """An error for every merged directive on an external declaration."""
    for facts, one in sources:
        if not facts.external(coordinate):
            continue
        for applied in one.applied:
            if applied.spec in MERGED or (not applied.spec and applied.name == "deprecated"):
                message = f'Cannot apply merged directive {applied} to external field "{".".join(coordinate)}"'
                yield CompositionError(CODE, f"[{facts.name}] {message}", (facts.name,))
