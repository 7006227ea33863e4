"""CONTEXT_NO_RESOLVABLE_KEY: a field with a contextual argument is fetched by key, once the context is known."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.contextual import references
from federation.definitions import uses
from federation.facts import Facts
from federation.rules.interface_key_missing_implementation_type import resolvable

CODE = "CONTEXT_NO_RESOLVABLE_KEY"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every type with such a field and no key."""
    for one in references(facts):
        if one.owner.kind == "OBJECT" and not any(map(resolvable, uses(one.owner, "key"))):
            message = (
                f'Object "{one.owner.name}" has no resolvable key but has a field with a contextual argument:'
                f' "{one.coordinate}".'
            )
            yield in_subgraph(facts.name, CODE, message)
