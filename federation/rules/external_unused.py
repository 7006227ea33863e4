"""EXTERNAL_UNUSED: a field is external because something needs it."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.facts import Facts

CODE = "EXTERNAL_UNUSED"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every external field that nothing needs; Federation 1 subgraphs lose theirs instead."""
    if facts.subgraph.federation_1:
        return
    for one in facts.types.values():
        for name in one.fields if one.kind == "OBJECT" else ():
            if facts.external((one.name, name)) and (one.name, name) not in facts.used:
                message = (
                    f'Field "{one.name}.{name}" is marked @external but is not used in any federation directive (@key,'
                    " @provides, @requires) or to satisfy an interface; the field declaration has no use and should be"
                    " removed (or the field should not be @external)."
                )
                yield in_subgraph(facts.name, CODE, message)
