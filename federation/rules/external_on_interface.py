"""EXTERNAL_ON_INTERFACE: interfaces resolve nothing, so nothing of theirs is external."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.definitions import has
from federation.facts import Facts

CODE = "EXTERNAL_ON_INTERFACE"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every external field of an interface; Federation 1 ignored the mark."""
    for one, item in facts.interface_fields():
        if has(item, "external"):
            message = (
                f'Interface type field "{one.name}.{item.name}" is marked @external but @external is not allowed on'
                " interface fields."
            )
            yield in_subgraph(facts.name, CODE, message)
