"""REQUIRES_UNSUPPORTED_ON_INTERFACE: @requires stands on fields of object types."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.definitions import has
from federation.facts import Facts

CODE = "REQUIRES_UNSUPPORTED_ON_INTERFACE"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every @requires on a field of an interface; Federation 1 ignored them."""
    for one, item in facts.interface_fields():
        if has(item, "requires"):
            message = (
                f'Cannot use @requires on field "{one.name}.{item.name}" of parent type "{one.name}":'
                " @requires is not yet supported within interfaces"
            )
            yield in_subgraph(facts.name, CODE, message)
