"""INVALID_FIELD_SHARING: a field is resolved by several subgraphs only when all of them say that it may be."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError
from federation.definitions import has
from federation.facts import Coordinate
from federation.merging.graphs import Graphs
from federation.wording import in_subgraphs, quoted

CODE = "INVALID_FIELD_SHARING"
Resolver = tuple[str, bool, str]
"""A subgraph, whether it shares the field, and the interface when it resolves the field as an @interfaceObject."""


def errors(graphs: Graphs, coordinate: Coordinate, interfaces: Sequence[str]) -> Iterator[CompositionError]:
    """The error for a field of an object type."""
    found = list(_resolvers(graphs, coordinate, interfaces))
    refusing = [one for one in found if not one[1]]
    if len(found) < 2 or not refusing:
        return
    everywhere = len(refusing) == len(found)
    where = "all of them" if everywhere else in_subgraphs(name for name, _, _ in refusing)
    message = (
        f'Non-shareable field "{".".join(coordinate)}" is resolved from multiple subgraphs: it is resolved from'
        f" {_named(found)} and defined as non-shareable in {where}"
    )
    overriding = _unknown_override(graphs, coordinate)
    yield CompositionError(CODE, message + overriding, tuple(name for name, _, _ in found))


def _resolvers(graphs: Graphs, coordinate: Coordinate, interfaces: Sequence[str]) -> Iterator[Resolver]:
    owner, name = coordinate
    moved = graphs.override(coordinate)
    for facts, one in graphs.defining(owner):
        given_up = facts.name in moved.used | moved.unused
        if name in one.fields and not given_up and not facts.fully_external(coordinate):
            yield facts.name, facts.shareable(coordinate), ""
    for interface in interfaces:
        moved = graphs.override((interface, name))
        for facts, one in graphs.defining(interface):
            given_up = facts.name in moved.used | moved.unused
            resolved = name in one.fields and has(one, "interfaceObject") and not given_up
            if resolved and not facts.fully_external((interface, name)):
                yield facts.name, facts.shareable((interface, name)), f"{interface}.{name}"


def _named(found: Sequence[Resolver]) -> str:
    if not any(through for _, _, through in found):
        return in_subgraphs(name for name, _, _ in found)
    parts = [
        f'"{name}"' + (f' (through @interfaceObject field "{through}")' if through else "")
        for name, _, through in found
    ]
    return f"subgraphs {', '.join(parts[:-1])} and {parts[-1]}"


def _unknown_override(graphs: Graphs, coordinate: Coordinate) -> str:
    names = [facts.name for facts in graphs.all]
    for facts in graphs.all:
        field = facts.field(coordinate)
        for applied in field.applied if field else ():
            source = applied.text("from")
            if applied.spec == "override" and source is not None and source not in names:
                return f". Did you mean another subgraph than {quoted([source])} in @override(from:)?"
    return ""
