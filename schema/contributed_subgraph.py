"""A city's `contribute.graphql` as a Federation subgraph, which the gateway answers in process.

The gateway composes it beside its whole graph; the check of a city's files composes the very same text beside as much of the
graph as it touches (`touched`), which costs a hundredth.  Rules:
1. Everything that the city declares is in it, without directives: those are kept where the field is answered.
2. Of the graph it borrows scalars, enums, inputs, and the values that anybody may define alike (`schema.subgraph.SHARED`).
3. Every other type of the graph has fields that the gateway fills in, so that no row of a city could give it: a text that
   mentions one does not compose.
"""

from collections.abc import Iterable, Iterator

from graphql import DocumentNode, print_ast, visit
from graphql.language import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    NamedTypeNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
    Visitor,
)
from graphql.language.visitor import REMOVE

from schema.subgraph import SHARED, applied

GATEWAY = "gateway"  # the own graph's name among the subgraphs
MOUNT = "LocalRoot"
LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@shareable"])'
ROOT = f"type Query {{ local: {MOUNT}! @shareable }}"
SHAREABLE = "@shareable"


def contributed_subgraph(contribution: DocumentNode, own: DocumentNode) -> str:
    """The SDL of one city's subgraph.  `own`: the graph that it is to be composed with."""
    declared = [bare(node) for node in contribution.definitions]
    return subgraph((*lent(own, declared), *map(mounted, declared)))


def touched(contribution: DocumentNode, own: DocumentNode) -> str:
    """As much of the own graph, as a subgraph, as a contribution could clash with."""
    mount = [bare(node) for node in own.definitions if isinstance(node, TypeDefinitionNode) and name_of(node) == MOUNT]
    return subgraph((*mount, *lent(own, contribution.definitions)))


def with_shared_local(own: DocumentNode) -> str:
    """The own SDL with `Query.local` shared: each contributing city answers its own part of it."""
    return print_ast(DocumentNode(definitions=tuple(map(shared_root, own.definitions))))


def subgraph(nodes: Iterable[DefinitionNode]) -> str:
    return "\n".join([LINK, ROOT, *map(print_ast, nodes)])


def lent(own: DocumentNode, borrowers: Iterable[DefinitionNode]) -> Iterator[DefinitionNode]:
    """What of the own graph is mentioned, and what that mentions in turn, in the order of the graph."""
    known = {name_of(node): node for node in own.definitions if lendable(node)}
    wanted = [name for node in borrowers for name in mentioned(node)]
    taken = set[str]()
    while wanted:
        name = wanted.pop()
        if name in known and name not in taken:
            taken.add(name)
            wanted += mentioned(known[name])
    for name, node in known.items():
        if name in taken:
            yield with_mark(bare(node)) if isinstance(node, ObjectTypeDefinitionNode) else bare(node)


def lendable(node: DefinitionNode) -> bool:
    plain = ScalarTypeDefinitionNode | EnumTypeDefinitionNode | InputObjectTypeDefinitionNode
    return isinstance(node, plain) or (isinstance(node, ObjectTypeDefinitionNode) and name_of(node) in SHARED)


def mounted(node: DefinitionNode) -> DefinitionNode:
    """The extension of LocalRoot as the subgraph's own part of it; anything else as it is."""
    if not isinstance(node, ObjectTypeExtensionNode):
        return node
    return ObjectTypeDefinitionNode(name=node.name, interfaces=node.interfaces, fields=node.fields)


def shared_root(node: DefinitionNode) -> DefinitionNode:
    if not isinstance(node, ObjectTypeDefinitionNode) or name_of(node) != "Query":
        return node
    fields = tuple(shared(field) if field.name.value == "local" else field for field in node.fields or ())
    return ObjectTypeDefinitionNode(name=node.name, description=node.description, fields=fields)


def shared(field: FieldDefinitionNode) -> FieldDefinitionNode:
    return FieldDefinitionNode(
        name=field.name,
        description=field.description,
        arguments=field.arguments,
        type=field.type,
        directives=(applied(SHAREABLE),),
    )


def with_mark(node: DefinitionNode) -> DefinitionNode:
    if not isinstance(node, ObjectTypeDefinitionNode):
        return node
    return ObjectTypeDefinitionNode(name=node.name, fields=node.fields, directives=(applied(SHAREABLE),))


def bare(node: DefinitionNode) -> DefinitionNode:
    """The definition without directives."""
    stripped: DefinitionNode = visit(node, WithoutDirectives())
    return stripped


class WithoutDirectives(Visitor):
    """Drops every directive that is applied."""

    def enter(self, node: Node, *_: object) -> object:
        """Visit one node."""
        return REMOVE if isinstance(node, DirectiveNode | ConstDirectiveNode) else None


def mentioned(node: DefinitionNode) -> list[str]:
    """The names of all types that a definition uses."""
    found = Mentions()
    visit(node, found)
    return found.names


class Mentions(Visitor):
    """Collects the names of types."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_named_type(self, node: NamedTypeNode, *_: object) -> None:
        """Note one."""
        self.names.append(node.name.value)


def name_of(node: DefinitionNode) -> str:
    name = getattr(node, "name", None)
    return str(name.value) if name else ""


__all__ = ["GATEWAY", "contributed_subgraph", "touched", "with_shared_local"]
