"""What one place knows of its objects: which fields can be asked there as they stand.

A field is there when the subgraph has it, requires nothing for it, takes no argument from a context, and has not been
handed over; an external field only where a `@provides` on the way lends it, or as part of a key, by which the subgraph knew
the object in the first place.
"""

from .draft import Place, Spot
from .graph import Graph, field_type_in
from .join import FieldAt
from .selections import Field, Nodes, SelectionSet


class Knowledge:
    """A graph under a choice of override labels."""

    def __init__(self, graph: Graph, labels: frozenset[str]) -> None:
        self._graph, self._labels = graph, labels

    def local(self, place: Place, name: str) -> FieldAt | None:
        """The field at a place where it can be asked as it stands; of an abstract type, for every type it may have."""
        at = self.resolvable(place.graph, place.type, place.provided, name)
        if at is None or not self._graph.is_abstract(place.type) or self.stands_in(place):
            return at
        members = self._graph.members(place.graph, place.type)
        everywhere = all(self.resolvable(place.graph, each, place.provided, name) for each in members)
        return at if everywhere else None

    def resolvable(self, graph: str, type_name: str, provided: SelectionSet | None, name: str) -> FieldAt | None:
        """The field of a type in a subgraph, when it can be asked there."""
        at = self._graph.at(graph, type_name, name)
        if at is None or at.requires is not None or at.contextual or not self.active(at):
            return None
        if not at.external or (provided is not None and name in provided.fields(type_name)):
            return at
        known = self._graph.known_by(graph, type_name)
        return at if known is not None and name in known.fields(type_name) else None

    def active(self, at: FieldAt) -> bool:
        """Whether progressive overrides leave the field with this subgraph."""
        return at.label is None or (at.label in self._labels) is at.when_labelled

    def inside(self, graph: str, type_name: str, provided: SelectionSet | None, field: Field, at: FieldAt) -> Spot:
        """The spot of a field's value."""
        if field.selections is None:
            return graph, "", None
        nodes: Nodes = () if at.provides is None else (at.provides,)
        sets = [provided, self._graph.known_by(graph, type_name)] if at.external else [provided]
        for known in sets:
            inner = known.fields(type_name).get(field.name) if known else None
            if inner is not None and inner.selections is not None:
                nodes += inner.selections.nodes
        inside = self._graph.field_set(nodes, field.selections.type) if nodes else None
        return graph, field_type_in(at), inside

    def stands_in(self, place: Place) -> bool:
        """Whether the place knows its objects as an interface object only."""
        return self._graph.is_interface_object(place.graph, place.type)
