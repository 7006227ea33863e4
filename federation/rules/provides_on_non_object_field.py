"""PROVIDES_ON_NON_OBJECT_FIELD: only a field with fields below it provides some."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.definitions import has
from federation.facts import Facts

CODE = "PROVIDES_ON_NON_OBJECT_FIELD"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every @provides on a leaf; Federation 1 ignored them."""
    if facts.subgraph.federation_1:
        return
    for one in facts.types.values():
        for item in one.fields.values():
            if has(item, "provides") and not facts.composite(item.type):
                message = (
                    f'Invalid @provides directive on field "{one.name}.{item.name}": field has type "{item.type}" which'
                    " is not a Composite Type"
                )
                yield in_subgraph(facts.name, CODE, message)
