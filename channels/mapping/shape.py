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
    """Return: the shape behind each field that a city mounts on LocalRoot, from its `contribute.graphql`.

    A field that is no object, `score: Int`, is given by an object of one value under the field's name.
    """
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
    mounted = [(root, field) for root in roots if root in types for field in types[root].fields or ()]
    return {
        field.name.value: _contributed(_named(field.type), types, enums) or _of_one(root, field, enums)
        for root, field in mounted
    }


def _of_one(root: str, field: FieldDefinitionNode, enums: Mapping[str, tuple[str, ...]]) -> Shape:
    """What a row must hold for a field that is a value, or a list of values of which each row gives one."""
    inner = field.type.type if isinstance(field.type, NonNullTypeNode) else field.type
    type_ = inner.type if isinstance(inner, ListTypeNode) else field.type
    name, base = field.name.value, _named(type_)
    required, values = isinstance(type_, NonNullTypeNode), _values(base, enums)
    return Shape(root, {name: FieldShape(name, print_ast(type_), required, False, base, values, None, _mask(field))})


def _values(base: str, enums: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The values of an enum, the city's own or the graph's; of anything else none."""
    try:
        return enums[base] if base in enums else values_of(base)
    except KeyError:
        return ()


def _contributed(
    name: str,
    types: Mapping[str, ObjectTypeDefinitionNode],
    enums: Mapping[str, tuple[str, ...]],
    around: frozenset[str] = frozenset(),
) -> Shape | None:
    """The shape of a type.  `around`: the types that it is within; one that comes again is not opened a second time."""
    if name not in types:
        return _object(name)
    around |= {name}
    made: dict[str, FieldShape] = {}
    for node in types[name].fields or ():
        base = _named(node.type)
        required = isinstance(node.type, NonNullTypeNode)
        inner = node.type.type if isinstance(node.type, NonNullTypeNode) else node.type
        nested = None if base in around else _contributed(base, types, enums, around)
        made[node.name.value] = FieldShape(
            node.name.value,
            print_ast(node.type),
            required,
            isinstance(inner, ListTypeNode),
            base,
            _values(base, enums),
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
