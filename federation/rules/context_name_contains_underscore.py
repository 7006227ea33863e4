"""CONTEXT_NAME_CONTAINS_UNDERSCORE: the supergraph puts underscores between a subgraph and its context."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.definitions import uses
from federation.facts import Facts

CODE = "CONTEXT_NAME_CONTAINS_UNDERSCORE"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every such name."""
    for one in facts.types.values():
        for use in uses(one, "context"):
            name = use.text("name") or ""
            if "_" in name:
                message = f'Context name "{name}" on type "{one.name}" may not contain an underscore.'
                yield in_subgraph(facts.name, CODE, message)
