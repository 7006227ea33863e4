"""The query graph: which subgraph resolves what, and by which keys one is reached from another.

Built once from a supergraph, never written to afterwards except for its memories.  A *place type* is a type as one
subgraph knows it; of an interface object that is the interface itself, standing in for all its implementations.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    GraphQLNamedType,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    UnionTypeDefinitionNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_interface_type,
    is_object_type,
    is_union_type,
)

from . import api, join
from .failures import UnreadableSupergraph
from .join import FieldAt, Presence
from .selections import Nodes, Selections, SelectionSet


@dataclass(frozen=True, slots=True)
class Door:
    """A way to ask a subgraph for a field of an object: enter as `type`, find the field there."""

    graph: str
    type: str
    at: FieldAt


class Graph:
    """A supergraph, read.  Ask it with supergraph type names."""

    def __init__(self, text: str) -> None:
        """Raises: UnreadableSupergraph."""
        document = join.read_document(text)
        self.subgraphs = join.read_subgraphs(document)
        self.names = {each.id: each.name for each in self.subgraphs}
        self.schema = api.full_schema(document)
        self.api = api.api_schema(document)
        self._presence: dict[str, dict[str, Presence]] = {}
        self._at: dict[tuple[str, str, str], FieldAt] = {}
        self._members: dict[tuple[str, str], tuple[str, ...]] = {}
        self._doors: dict[tuple[str, str], tuple[Door, ...]] = {}
        self._possible: dict[str, frozenset[str]] = {}
        self._covers: dict[tuple[str, str], bool] = {}
        self._types: dict[tuple[str, str], tuple[str, str] | None] = {}
        self._contexts: dict[str, frozenset[str]] = {}
        try:
            self._read(document)
        except (KeyError, TypeError, AttributeError) as problem:
            raise UnreadableSupergraph(f"The supergraph's join directives cannot be read: {problem!r}.") from None
        self._check()
        self.labels = tuple(sorted({at.label for at in self._at.values() if at.label is not None}))
        """The labels of progressive overrides."""
        self.uneven = frozenset(self._uneven(document))
        """Unions whose members differ between subgraphs."""
        self.field_sets = Selections(self, {}, {}, internal=True)
        self.roots = {
            kind: root.name
            for kind, root in (
                ("query", self.schema.query_type),
                ("mutation", self.schema.mutation_type),
                ("subscription", self.schema.subscription_type),
            )
            if root is not None
        }

    # -- types as the supergraph has them (selections.TypeBook)

    def possible(self, type_name: str) -> frozenset[str]:
        """The object types of a type; an object type has itself, an unknown name nothing."""
        found = self._possible.get(type_name)
        if found is None:
            found = self._possible[type_name] = _possible(self.schema, self.schema.type_map.get(type_name))
        return found

    def covers(self, condition: str, type_name: str) -> bool:
        """Whether a fragment on `condition` speaks of every value of the type, in fields that the type has."""
        key = (condition, type_name)
        found = self._covers.get(key)
        if found is None:
            found = self._covers[key] = _covers(self, condition, type_name)
        return found

    def field_type(self, type_name: str, field: str) -> tuple[str, str] | None:
        """Printed and named type of a field."""
        key = (type_name, field)
        if key not in self._types:
            found = getattr(self.schema.type_map.get(type_name), "fields", {}).get(field)
            self._types[key] = (str(found.type), get_named_type(found.type).name) if found else None
        return self._types[key]

    def is_composite(self, type_name: str) -> bool:
        """Whether values of the type have fields."""
        return is_composite_type(self.schema.type_map.get(type_name))

    def is_abstract(self, type_name: str) -> bool:
        """Whether values of the type have a type of their own."""
        return is_abstract_type(self.schema.type_map.get(type_name))

    # -- types as subgraphs have them

    def is_interface_object(self, graph: str, type_name: str) -> bool:
        """Whether the type is an interface that this subgraph sees as an object."""
        presence = self._presence.get(type_name, {}).get(graph)
        return presence is not None and presence.interface_object

    def members(self, graph: str, type_name: str) -> tuple[str, ...]:
        """The object types that a value of this type can have when it comes from this subgraph, in supergraph order."""
        return self._members.get((graph, type_name), ())

    def at(self, graph: str, type_name: str, field: str) -> FieldAt | None:
        """The field in the subgraph; None when it does not have it."""
        return self._at.get((graph, type_name, field))

    def keys(self, graph: str, type_name: str) -> tuple[SelectionSet, ...]:
        """The keys by which the subgraph can be entered at this type, the shortest first."""
        presence = self._presence.get(type_name, {}).get(graph)
        if presence is None:
            return ()
        usable = [self.field_set((key.fields,), type_name) for key in presence.keys if key.resolvable]
        return tuple(sorted(usable, key=lambda key: len(key.nodes[0].selections)))

    def known_by(self, graph: str, type_name: str) -> SelectionSet | None:
        """All key fields of the type in the subgraph: what it can tell of an object even where marked external."""
        presence = self._presence.get(type_name, {}).get(graph)
        if presence is None or not presence.keys:
            return None
        return self.field_set(tuple(key.fields for key in presence.keys), type_name)

    def field_set(self, nodes: Nodes, type_name: str) -> SelectionSet:
        """A field set read on a type."""
        return self.field_sets.of(nodes, type_name)

    def doors(self, type_name: str, field: str) -> tuple[Door, ...]:
        """Every subgraph that resolves the field for this type, itself or as an interface object."""
        key = (type_name, field)
        found = self._doors.get(key)
        if found is None:
            found = self._doors[key] = tuple(self._find_doors(type_name, field))
        return found

    def interfaces(self, type_name: str) -> tuple[str, ...]:
        """The supergraph interfaces of a type, itself included when it is one."""
        found = self.schema.type_map.get(type_name)
        names = [each.name for each in getattr(found, "interfaces", ())]
        return (*([type_name] if is_interface_type(found) else []), *names)

    def entrances(self, type_name: str) -> list[str]:
        """The subgraphs that know an interface as an interface and can be entered by its key."""
        presence = self._presence.get(type_name, {})
        return [
            graph
            for graph, there in presence.items()
            if not there.interface_object and any(key.resolvable for key in there.keys)
        ]

    def sets(self, type_name: str, context: str) -> bool:
        """Whether every object of the type sets the context: by itself, as an interface's or as a union's member."""
        if context in self._contexts.get(type_name, ()):
            return True
        if self.is_abstract(type_name):
            return all(self.sets(each, context) for each in self.possible(type_name))
        return any(context in found and type_name in self.possible(name) for name, found in self._contexts.items())

    def _find_doors(self, type_name: str, field: str) -> list[Door]:
        found = []
        through = [each for each in self.interfaces(type_name) if each != type_name]
        for name in (type_name, *through):
            for each in self.subgraphs:
                at = self._at.get((each.id, name, field))
                stands_in = name == type_name or self.is_interface_object(each.id, name)
                if at is not None and not at.external and stands_in:
                    found.append(Door(each.id, name, at))
        return found

    # -- reading

    def _check(self) -> None:
        """Every subgraph that is named is declared.  Raises: UnreadableSupergraph."""
        named = {graph for graph, _, _ in self._at} | {graph for each in self._presence.values() for graph in each}
        if unknown := sorted(map(str, named - self.names.keys())):
            raise UnreadableSupergraph(
                f"The supergraph names subgraphs that it does not declare: {', '.join(unknown)}."
            )

    def _read(self, document: DocumentNode) -> None:
        implementations: dict[tuple[str, str], list[str]] = {}
        for node in document.definitions:
            if isinstance(node, UnionTypeDefinitionNode | ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode) and (
                contexts := join.read_contexts(node)
            ):
                self._contexts[node.name.value] = contexts
            if isinstance(node, UnionTypeDefinitionNode):
                self._read_union(node)
            elif isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
                self._read_composite(node, implementations)
        self._members.update({key: tuple(names) for key, names in implementations.items()})

    def _read_union(self, node: UnionTypeDefinitionNode) -> None:
        name = node.name.value
        self._presence[name] = join.read_presence(node)
        for graph, members in join.read_members(node, self._presence[name]).items():
            self._members[graph, name] = members

    def _uneven(self, document: DocumentNode) -> Iterator[str]:
        for node in document.definitions:
            if isinstance(node, UnionTypeDefinitionNode):
                name = node.name.value
                if len({frozenset(self.members(graph, name)) for graph in self._presence[name]}) > 1:
                    yield name

    def _read_composite(self, node: join.Composite, implementations: dict[tuple[str, str], list[str]]) -> None:
        name = node.name.value
        presence = self._presence[name] = join.read_presence(node)
        for graph, field, at in join.read_fields(node, presence):
            self._at[graph, name, field] = at
        if isinstance(node, ObjectTypeDefinitionNode):
            self._members.update({(graph, name): (name,) for graph in presence})
            for graph, interfaces in join.read_interfaces(node).items():
                for interface in interfaces:
                    implementations.setdefault((graph, interface), []).append(name)


def _possible(schema: GraphQLSchema, found: GraphQLNamedType | None) -> frozenset[str]:
    if is_object_type(found):
        return frozenset({found.name})
    if is_interface_type(found) or is_union_type(found):
        return frozenset(each.name for each in schema.get_possible_types(found))
    return frozenset()


def _covers(graph: Graph, condition: str, type_name: str) -> bool:
    if is_union_type(graph.schema.type_map.get(condition)):
        return graph.possible(type_name) <= graph.possible(condition)
    return condition in (type_name, *graph.interfaces(type_name))


def field_type_in(at: FieldAt) -> str:
    """The named type of a field as its subgraph has it."""
    return at.type.replace("[", "").replace("]", "").replace("!", "")
