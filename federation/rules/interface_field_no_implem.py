"""INTERFACE_FIELD_NO_IMPLEM: a type has every field of its interfaces, whichever subgraph they come from."""

from collections.abc import Iterator, Mapping

from federation.codes import CompositionError
from federation.definitions import TypeDef
from federation.merging.graphs import Graphs
from federation.wording import in_subgraphs

CODE = "INTERFACE_FIELD_NO_IMPLEM"


def errors(graphs: Graphs, types: Mapping[str, TypeDef]) -> Iterator[CompositionError]:
    """An error for every field that a type lacks."""
    for one in types.values():
        for interface in one.interfaces:
            above = types.get(interface)
            for name in above.fields if above and above.kind == "INTERFACE" else ():
                if name not in one.fields:
                    yield _error(graphs, one.name, interface, name)


def _error(graphs: Graphs, owner: str, interface: str, name: str) -> CompositionError:
    declaring = [facts.name for facts, one in graphs.defining(interface) if name in one.fields]
    implementing = [facts.name for facts, one in graphs.defining(owner) if interface in one.interfaces]
    message = (
        f'Interface field "{interface}.{name}" is declared in {in_subgraphs(declaring)} but type "{owner}", which'
        f' implements "{interface}" in {in_subgraphs(implementing)}, does not have field "{name}".'
    )
    return CompositionError(CODE, message, (*declaring, *implementing))
