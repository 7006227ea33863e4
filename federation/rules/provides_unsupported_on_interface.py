"""PROVIDES_UNSUPPORTED_ON_INTERFACE: @provides stands on fields of object types."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.definitions import has
from federation.facts import Facts

CODE = "PROVIDES_UNSUPPORTED_ON_INTERFACE"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every @provides on a field of an interface; Federation 1 ignored them."""
    for one, item in facts.interface_fields():
        if has(item, "provides") and facts.composite(item.type):
            message = (
                f'Cannot use @provides on field "{one.name}.{item.name}" of parent type "{one.name}":'
                " @provides is not yet supported within interfaces"
            )
            yield in_subgraph(facts.name, CODE, message)
