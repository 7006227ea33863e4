"""COST_APPLIED_TO_INTERFACE_FIELD: a cost stands on the fields that are resolved."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.definitions import has
from federation.facts import Facts

CODE = "COST_APPLIED_TO_INTERFACE_FIELD"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every cost of an interface's field."""
    for one in facts.types.values():
        for item in one.fields.values() if one.kind == "INTERFACE" else ():
            if has(item, "cost"):
                yield in_subgraph(facts.name, CODE, f'@cost cannot be applied to interface "{one.name}.{item.name}"')
