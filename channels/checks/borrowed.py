"""What the types of a `contribute.graphql` take from the graph and from each other: only what one row of the city can give.

1. A field may be of a scalar or enum, of an object type of the city's own, or of a value of the graph that anybody may define
   alike (Money, PageInfo).  Every other object of the graph has fields that the gateway fills in: ids, where it came from.
2. A type's field is not of an interface or a union: a row does not say which of the types it is.
3. A type implements interfaces of the city's own only: `node` would look for the others by an id of the gateway's.
Arguments may be of any input type, the graph's and the city's.  One mistake is told once: not again in a type that has a field
because its interface has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    is_abstract_type,
)

from channels.text.diagnostics import Diagnostic, Place, report
from channels.text.lines import SourceText
from schema.exported import exported
from schema.subgraph import SHARED

Holder = ObjectTypeDefinitionNode | ObjectTypeExtensionNode | InterfaceTypeDefinitionNode
HOLDERS = (ObjectTypeDefinitionNode, ObjectTypeExtensionNode, InterfaceTypeDefinitionNode)
KINDS = {"interface": {"zh": "接口", "en": "an interface"}, "union": {"zh": "联合类型", "en": "a union"}}


def check_borrowed(source: SourceText, document: DocumentNode, prefix: str) -> Iterator[Diagnostic]:
    """The types that stand where a row of the city could not give them.  `prefix`: how the city's own types begin."""
    return _Borrowing(source, document, prefix).found()


@dataclass(frozen=True, slots=True)
class _Borrowing:
    source: SourceText
    document: DocumentNode
    prefix: str

    def found(self) -> Iterator[Diagnostic]:
        for node in self.document.definitions:
            if isinstance(node, UnionTypeDefinitionNode):
                yield from (found for member in node.types or () for found in self._lent(member))
            elif isinstance(node, HOLDERS):
                yield from self._of_holder(node)

    def _of_holder(self, node: Holder) -> Iterator[Diagnostic]:
        own, shared = dict[str, FieldDefinitionNode](), set[str]()
        for above in node.interfaces or ():
            if (mine := self._own(above.name.value)) is not None:
                own |= {field.name.value: field for field in getattr(mine, "fields", None) or ()}
                continue
            place, core = self._place(above), exported().core.type_map.get(above.name.value)
            shared |= set(core.fields) if isinstance(core, GraphQLInterfaceType) else set()
            yield report("sdl_implements", place, found=above.name.value, prefix=self.prefix)
        for field in node.fields or ():
            name, above_it = field.name.value, own.get(field.name.value)
            if name in shared:
                continue
            named, told = _named(field), _named(above_it).name.value if above_it else ""
            if self._own(named.name.value) is None:
                yield from self._lent(named) if named.name.value != told else ()
            elif not isinstance(node, InterfaceTypeDefinitionNode):
                yield from self._one_of(named)

    def _lent(self, named: NamedTypeNode) -> Iterator[Diagnostic]:
        """A type of the graph that no row of a city could give."""
        name = named.name.value
        shared = exported().core.type_map.get(name) if self._own(name) is None else None
        if (isinstance(shared, GraphQLObjectType) and name not in SHARED) or is_abstract_type(shared):
            right = self.prefix + name
            yield report("sdl_borrowed", self._place(named), found=name, right=right, choices=sorted(SHARED))

    def _one_of(self, named: NamedTypeNode) -> Iterator[Diagnostic]:
        """A type of the city's own that stands for one of several."""
        name, own = named.name.value, self._own(named.name.value)
        if not isinstance(own, InterfaceTypeDefinitionNode | UnionTypeDefinitionNode):
            return
        kind = KINDS["union" if isinstance(own, UnionTypeDefinitionNode) else "interface"]
        choices = [f"`{each}`" for each in self._possible(own)]
        hint = {"zh": "写其中一种:", "en": "write one of its types: "}
        if not choices:
            hint = {"zh": f"改成 `type {name}`", "en": f"make it `type {name}`"}
        yield report("sdl_abstract", self._place(named), found=name, kind=kind, hint=hint, choices=choices)

    def _own(self, name: str) -> DefinitionNode | None:
        """The city's own definition of a name."""
        return next((node for node in self.document.definitions if _name(node) == name and not _extends(node)), None)

    def _possible(self, own: InterfaceTypeDefinitionNode | UnionTypeDefinitionNode) -> list[str]:
        if isinstance(own, UnionTypeDefinitionNode):
            return [member.name.value for member in own.types or ()]
        return [
            node.name.value
            for node in self.document.definitions
            if isinstance(node, ObjectTypeDefinitionNode)
            and own.name.value in [above.name.value for above in node.interfaces or ()]
        ]

    def _place(self, named: NamedTypeNode) -> Place:
        token = named.loc.start_token  # type: ignore[union-attr]
        return Place(self.source.path, token.line, token.column, token.end - token.start)


def _named(field: FieldDefinitionNode) -> NamedTypeNode:
    node: TypeNode = field.type
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        node = node.type
    assert isinstance(node, NamedTypeNode)  # noqa: S101  (the grammar has no fourth kind)
    return node


def _name(node: DefinitionNode) -> str:
    name = getattr(node, "name", None)
    return str(name.value) if name else ""


def _extends(node: DefinitionNode) -> bool:
    return isinstance(node, ObjectTypeExtensionNode)
