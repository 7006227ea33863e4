"""INVALID_SHAREABLE_USAGE: only object fields are shared, each said once, and no subscriptions."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.definitions import Field, TypeDef, has, uses
from federation.facts import Facts

CODE = "INVALID_SHAREABLE_USAGE"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every @shareable that cannot stand where it does."""
    for one in facts.types.values():
        parts = [applied.part for applied in uses(one, "shareable")]
        if len(parts) != len(set(parts)):
            message = f'Invalid duplicate application of @shareable on the same type declaration of "{one.name}"'
            yield in_subgraph(facts.name, CODE, message)
        for item in one.fields.values():
            problem = _problem(one, item)
            if problem:
                yield in_subgraph(facts.name, CODE, problem)


def _problem(one: TypeDef, item: Field) -> str:
    if one.kind == "INTERFACE" and has(item, "shareable"):
        return (
            f'Invalid use of @shareable on field "{one.name}.{item.name}": only object type fields can be marked with'
            " @shareable"
        )
    if len(uses(item, "shareable")) > 1:
        return f'Invalid duplicate application of @shareable on field "{one.name}.{item.name}"'
    if one.name == "Subscription" and (has(item, "shareable") or has(one, "shareable")):
        return f'Fields on root level subscription object cannot be marked as shareable: "{one.name}.{item.name}"'
    return ""
