"""The shape a mapping must fill: canonical fields with type, obligation, enum values and nested shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    EnumTypeDefinitionNode,
    EnumValueNode,
    FieldDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    TypeNode,
    parse,
    print_ast,
)

from schema.operations import OPERATIONS, Kind, OutputField, fields_of, values_of


@dataclass(frozen=True, slots=True)
class FieldShape:
    """One output field.

    `type`: as in the graph, `[String!]!`.  `base`: the innermost type's name.  `values`: of an enum.  `shape`: of an object.
    `mask`: how its text is masked, whatever the city sends.
    """

    name: str
    type: str
    required: bool
    is_list: bool
    base: str
    values: tuple[str, ...] = ()
    shape: Shape | None = None
    mask: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """An object type of the graph, or one that a city contributes."""

    name: str
    fields: Mapping[str, FieldShape]


def canonical_shape(name: str) -> Shape:
    """Return: what a city must give for a type of the graph or a record.  Raises: KeyError: no such type."""
    return Shape(name, {field.name: _field(field) for field in fields_of(name).values()})


def shape_of(section: str, name: str, local: Mapping[str, Shape]) -> Shape | None:
    """What an operation gives: a canonical one by its id, one under `local:` as the city contributes it; None: not known."""
    if section == "local":
        return local.get(name)
    output = OPERATIONS[name].output
    return canonical_shape(output) if output else None


def _field(field: OutputField) -> FieldShape:
    is_list = field.kind is Kind.LIST
    values: tuple[str, ...] = ()
    shape: Shape | None = None
    try:
        values = values_of(field.of)
    except KeyError:
        shape = _object(field.of)
    return FieldShape(field.name, field.type, field.required, is_list, field.of, values, shape, field.mask)


def _object(name: str) -> Shape | None:
    try:
        return canonical_shape(name)
    except KeyError:
        return None


def contributed_shapes(sdl: str) -> Mapping[str, Shape]:
    """Return: the shape behind each field that a city mounts on LocalRoot, from its `contribute.graphql`."""
    document = parse(sdl)
    types = {node.name.value: node for node in document.definitions if isinstance(node, ObjectTypeDefinitionNode)}
    enums = {
        node.name.value: tuple(value.name.value for value in node.values or ())
        for node in document.definitions
        if isinstance(node, EnumTypeDefinitionNode)
    }
    roots = [
        _named(field.type)
        for node in document.definitions
        if isinstance(node, ObjectTypeExtensionNode) and node.name.value == "LocalRoot"
        for field in node.fields or ()
    ]
    mounted = [field for root in roots if root in types for field in types[root].fields or ()]
    return {
        field.name.value: shape
        for field in mounted
        if (shape := _contributed(_named(field.type), types, enums)) is not None
    }


def _contributed(
    name: str, types: Mapping[str, ObjectTypeDefinitionNode], enums: Mapping[str, tuple[str, ...]]
) -> Shape | None:
    if name not in types:
        return _object(name)
    made: dict[str, FieldShape] = {}
    for node in types[name].fields or ():
        base = _named(node.type)
        required = isinstance(node.type, NonNullTypeNode)
        inner = node.type.type if isinstance(node.type, NonNullTypeNode) else node.type
        nested = _contributed(base, types, enums) if base != name else None
        made[node.name.value] = FieldShape(
            node.name.value,
            print_ast(node.type),
            required,
            isinstance(inner, ListTypeNode),
            base,
            enums.get(base, ()),
            nested,
            _mask(node),
        )
    return Shape(name, made)


def _mask(node: FieldDefinitionNode) -> str | None:
    """The kind of a contributed field's @mask."""
    return next(
        (
            argument.value.value
            for mark in node.directives or ()
            if mark.name.value == "mask"
            for argument in mark.arguments or ()
            if argument.name.value == "kind" and isinstance(argument.value, EnumValueNode)
        ),
        None,
    )


def _named(node: TypeNode) -> str:
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        node = node.type
    assert isinstance(node, NamedTypeNode)  # noqa: S101  (the grammar has no fourth kind)
    return node.name.value
