"""KEY_UNSUPPORTED_ON_INTERFACE: interfaces have keys since Federation 2.3."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.definitions import uses
from federation.facts import Facts
from federation.specs import FEDERATION_1, KEYED_INTERFACES

CODE = "KEY_UNSUPPORTED_ON_INTERFACE"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every key of an interface in an earlier version; Federation 1 ignored them."""
    if FEDERATION_1 < facts.subgraph.links.version < KEYED_INTERFACES:
        for one in facts.types.values():
            for key in uses(one, "key") if one.kind == "INTERFACE" else ():
                message = f'Cannot use {key} on interface "{one.name}": @key is not yet supported on interfaces'
                yield in_subgraph(facts.name, CODE, message)
