"""Reads a join-spec supergraph: who resolves what, in the words of its `@join__*` directives.

Rules: one pass over the parsed document, in document order; nothing is inferred here beyond the defaults that the
specification gives (a field without `@join__field` is in every subgraph of its type).
Does not: check satisfiability (composition did), nor decide anything about queries.
Source: https://specs.apollo.dev/join/v0.5
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLError,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    SelectionSetNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
    value_from_ast_untyped,
)

from .failures import UnreadableSupergraph

Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One member of the supergraph.  `id` is its value in `join__Graph`, `name` what people call it."""

    id: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key by which a subgraph knows objects of a type."""

    fields: SelectionSetNode
    resolvable: bool


@dataclass(frozen=True, slots=True)
class Presence:
    """A type as it stands in one subgraph."""

    keys: tuple[Key, ...]
    interface_object: bool


@dataclass(frozen=True, slots=True)
class Contextual:
    """An argument whose value is read from an object around the field's: the nearest that sets the context."""

    argument: str
    type: str
    """Printed, in the subgraph's own words."""
    context: str
    """As the supergraph names it: `products__currency`."""
    selection: SelectionSetNode
    """Of that object; it leads to one leaf, whichever type the object has."""


@dataclass(frozen=True, slots=True)
class FieldAt:
    """A field as it stands in one subgraph."""

    type: str
    """Printed, in the subgraph's own words: `[Media!]`."""
    external: bool = False
    requires: SelectionSetNode | None = None
    provides: SelectionSetNode | None = None
    label: str | None = None
    """Progressive override: the label that decides; None when nothing is undecided."""
    when_labelled: bool = True
    """Resolvable when the label is on (the overriding subgraph) or off (the overridden one)."""
    contextual: tuple[Contextual, ...] = ()


def read_document(text: str) -> DocumentNode:
    """Raises: UnreadableSupergraph: the text does not parse, or has no `join__Graph`."""
    try:
        document = parse(text, no_location=True)
    except (GraphQLError, RecursionError) as problem:
        raise UnreadableSupergraph(f"The supergraph does not parse: {getattr(problem, 'message', problem)}") from None
    if not any(_name(node) == "join__Graph" for node in document.definitions):
        raise UnreadableSupergraph("This is no supergraph: it does not define the enum `join__Graph`.")
    return document


def read_subgraphs(document: DocumentNode) -> tuple[Subgraph, ...]:
    """The members, in the order of the enum."""
    found = []
    for node in document.definitions:
        if isinstance(node, EnumTypeDefinitionNode) and node.name.value == "join__Graph":
            for value in node.values or ():
                given = next(iter(_applied(value, "join__graph")), {})
                name = value.name.value
                found.append(Subgraph(name, str(given.get("name", name)), str(given.get("url", ""))))
    return tuple(found)


def read_presence(node: Any) -> dict[str, Presence]:
    """Of one type definition: subgraph id → presence there, in document order."""
    keys: dict[str, list[Key]] = {}
    objects: set[str] = set()
    for given in _applied(node, "join__type"):
        known = keys.setdefault(given["graph"], [])
        if "key" in given:
            known.append(Key(field_set(given["key"]), bool(given.get("resolvable", True))))
        if given.get("isInterfaceObject"):
            objects.add(given["graph"])
    return {graph: Presence(tuple(found), graph in objects) for graph, found in keys.items()}


def read_fields(node: Composite, presence: dict[str, Presence]) -> Iterator[tuple[str, str, FieldAt]]:
    """Of one composite type: (subgraph id, field name, how it stands there)."""
    for field in node.fields or ():
        applied = list(_applied(field, "join__field"))
        printed = print_ast(field.type)
        if not applied:
            for graph in presence:
                yield graph, field.name.value, FieldAt(printed)
            continue
        # A bare `@join__field` says: nowhere by itself, it comes through an interface object.
        for given in applied:
            if "graph" in given:
                yield given["graph"], field.name.value, _field_at(given, printed)


def read_members(node: UnionTypeDefinitionNode, presence: dict[str, Presence]) -> dict[str, tuple[str, ...]]:
    """Of one union: subgraph id → its members there."""
    found: dict[str, list[str]] = {graph: [] for graph in presence}
    for given in _applied(node, "join__unionMember"):
        found.setdefault(given["graph"], []).append(given["member"])
    everywhere = [member.name.value for member in node.types or ()]
    return {graph: tuple(members or everywhere) for graph, members in found.items()}


def read_interfaces(node: Composite) -> dict[str, tuple[str, ...]]:
    """Of one composite type: subgraph id → the interfaces it implements there."""
    found: dict[str, list[str]] = {}
    for given in _applied(node, "join__implements"):
        found.setdefault(given["graph"], []).append(given["interface"])
    return {graph: tuple(names) for graph, names in found.items()}


def read_contexts(node: Any) -> frozenset[str]:
    """Of one composite type: the contexts that its objects set."""
    return frozenset(str(given["name"]) for given in _applied(node, "context"))


def field_set(text: str) -> SelectionSetNode:
    """A `FieldSet` as selections, with its braces or without.  Raises: UnreadableSupergraph."""
    braced = text if text.lstrip().startswith("{") else "{" + text + "}"
    try:
        document = parse(braced, no_location=True)
    except GraphQLError as problem:
        raise UnreadableSupergraph(f"The field set “{text[:100]}” does not parse: {problem.message}") from None
    selections: SelectionSetNode = document.definitions[0].selection_set  # type: ignore[attr-defined]
    return selections


def _field_at(given: dict[str, Any], printed: str) -> FieldAt:
    label = given.get("overrideLabel")
    return FieldAt(
        type=given.get("type", printed),
        # What was overridden may still be sent as an input, which is what an external field is.
        external=bool(given.get("external") or given.get("usedOverridden")) and not label,
        requires=field_set(given["requires"]) if given.get("requires") else None,
        provides=field_set(given["provides"]) if given.get("provides") else None,
        label=label,
        when_labelled="override" in given,
        contextual=tuple(
            Contextual(each["name"], each["type"], each["context"], field_set(each["selection"]))
            for each in given.get("contextArguments") or ()
        ),
    )


def _applied(node: Any, directive: str) -> Iterator[dict[str, Any]]:
    nodes: tuple[ConstDirectiveNode, ...] = node.directives or ()
    for applied in nodes:
        if applied.name.value == directive:
            yield {argument.name.value: value_from_ast_untyped(argument.value) for argument in applied.arguments or ()}


def _name(node: Any) -> str | None:
    return node.name.value if getattr(node, "name", None) else None
