"""INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE: who resolves an interface by key knows every type that it can be."""

from collections.abc import Iterator, Mapping

from federation.codes import CompositionError, in_subgraph
from federation.definitions import Applied, TypeDef, uses
from federation.merging.graphs import Graphs
from federation.wording import quoted

CODE = "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"


def errors(graphs: Graphs, types: Mapping[str, TypeDef]) -> Iterator[CompositionError]:
    """An error for every subgraph that resolves an interface without knowing all its types."""
    implementations: dict[str, list[str]] = {}
    for one in types.values():
        for interface in one.interfaces if one.kind == "OBJECT" else ():
            implementations.setdefault(interface, []).append(one.name)
    for facts in graphs.all:
        for one in facts.types.values():
            keys = [key for key in uses(one, "key") if resolvable(key)] if one.kind == "INTERFACE" else []
            missing = [name for name in implementations.get(one.name, ()) if name not in facts.possible(one.name)]
            if keys and missing:
                plural = "s" if len(missing) > 1 else ""
                message = (
                    f'Interface type "{one.name}" has a resolvable key ({keys[0]}) in subgraph "{facts.name}" but that'
                    f' subgraph is missing some of the supergraph implementation types of "{one.name}". Subgraph'
                    f' "{facts.name}" should define type{plural} {quoted(missing)} (and have it implement "{one.name}").'
                )
                yield in_subgraph(facts.name, CODE, message)


def resolvable(key: Applied) -> bool:
    """Whether entities can be fetched by a key."""
    value = key.arg("resolvable")
    return getattr(value, "value", True) is not False
