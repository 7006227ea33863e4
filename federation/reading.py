"""From parsed SDL to declarations: definitions and extensions of one name become one value.

Nothing is judged here; what graphql-core's validity rules and `rules/` say about a subgraph is said elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from graphql import print_ast
from graphql.language import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    StringValueNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
)
from graphql.language.ast import TypeNode

from federation.definitions import Applied, Argument, DirectiveDef, EnumValue, Field, Kind, TypeDef

Names = Mapping[str, str]
"""Local directive names to names in the federation specification."""

KINDS: Mapping[str, Kind] = {
    "object_type": "OBJECT",
    "interface_type": "INTERFACE",
    "union_type": "UNION",
    "enum_type": "ENUM",
    "input_object_type": "INPUT_OBJECT",
    "scalar_type": "SCALAR",
}


def read_types(definitions: Iterable[DefinitionNode], names: Names) -> dict[str, TypeDef]:
    """Every named type of a document, in the order of first appearance."""
    types: dict[str, TypeDef] = {}
    for node in definitions:
        if isinstance(node, TypeDefinitionNode | TypeExtensionNode):
            part = _type(node, names)
            types[part.name] = _joined(types[part.name], part) if part.name in types else part
    return types


def read_directive(node: DirectiveDefinitionNode, names: Names) -> DirectiveDef:
    """A directive definition."""
    return DirectiveDef(
        name=node.name.value,
        args=_arguments(node.arguments, names),
        locations=tuple(one.value for one in node.locations),
        repeatable=node.repeatable,
        description=text_of(node.description),
    )


def read_applied(
    nodes: Iterable[DirectiveNode] | None, names: Names, *, extension: bool = False
) -> tuple[Applied, ...]:
    """The directives of one element."""
    return tuple(
        Applied(
            name=node.name.value,
            spec=names.get(node.name.value, ""),
            args=tuple((arg.name.value, arg.value) for arg in node.arguments or ()),
            extension=extension,
        )
        for node in nodes or ()
    )


def text_of(node: StringValueNode | None) -> str:
    """A description; empty when there is none."""
    return node.value if node else ""


def type_text(node: TypeNode) -> str:
    """`[ID!]!` as text."""
    return node.name.value if isinstance(node, NamedTypeNode) else print_ast(node)


def _type(node: TypeDefinitionNode | TypeExtensionNode, names: Names) -> TypeDef:
    kind, _, form = node.kind.rpartition("_")
    extension = form == "extension"
    base = TypeDef(
        name=node.name.value,
        kind=KINDS[kind],
        applied=read_applied(node.directives, names, extension=extension),
        description="" if isinstance(node, TypeExtensionNode) else text_of(node.description),
        defined=not extension,
        extended=extension,
    )
    return _with_parts(base, node, names)


def _with_parts(base: TypeDef, node: TypeDefinitionNode | TypeExtensionNode, names: Names) -> TypeDef:
    match node:
        case (
            ObjectTypeDefinitionNode()
            | ObjectTypeExtensionNode()
            | InterfaceTypeDefinitionNode()
            | InterfaceTypeExtensionNode()
        ):
            fields = {one.name.value: _field(one, names) for one in node.fields or ()}
            interfaces = tuple(dict.fromkeys(one.name.value for one in node.interfaces or ()))
            return replace(base, fields=fields, interfaces=interfaces)
        case InputObjectTypeDefinitionNode() | InputObjectTypeExtensionNode():
            return replace(base, inputs=_arguments(node.fields, names))
        case UnionTypeDefinitionNode() | UnionTypeExtensionNode():
            return replace(base, members=tuple(dict.fromkeys(one.name.value for one in node.types or ())))
        case EnumTypeDefinitionNode() | EnumTypeExtensionNode():
            values = [
                EnumValue(one.name.value, read_applied(one.directives, names), text_of(one.description))
                for one in node.values or ()
            ]
            return replace(base, values={one.name: one for one in values})
        case ScalarTypeDefinitionNode() | ScalarTypeExtensionNode() | _:
            return base


def _field(node: FieldDefinitionNode, names: Names) -> Field:
    return Field(
        name=node.name.value,
        type=type_text(node.type),
        args=_arguments(node.arguments, names),
        applied=read_applied(node.directives, names),
        description=text_of(node.description),
    )


def _arguments(nodes: Iterable[InputValueDefinitionNode] | None, names: Names) -> dict[str, Argument]:
    return {
        node.name.value: Argument(
            name=node.name.value,
            type=type_text(node.type),
            default=node.default_value,
            applied=read_applied(node.directives, names),
            description=text_of(node.description),
        )
        for node in nodes or ()
    }


def _joined(one: TypeDef, part: TypeDef) -> TypeDef:
    number = one.parts
    fields = {name: replace(added, part=number) for name, added in part.fields.items()}
    return replace(
        one,
        kind=part.kind if part.defined else one.kind,
        applied=one.applied + tuple(replace(added, part=number) for added in part.applied),
        description=one.description or part.description,
        interfaces=tuple(dict.fromkeys(one.interfaces + part.interfaces)),
        fields={**one.fields, **fields},
        inputs={**one.inputs, **part.inputs},
        members=tuple(dict.fromkeys(one.members + part.members)),
        values={**one.values, **part.values},
        defined=one.defined or part.defined,
        extended=one.extended or part.extended,
        parts=number + 1,
    )
