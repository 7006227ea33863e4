"""Literal values: made, compared and checked against a subgraph's types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphql import print_ast
from graphql.language import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
)

from federation.definitions import TypeDef
from federation.wrapping import is_list, item, non_null, nullable

Plain = str | bool | int | None | tuple["Plain", ...] | Mapping[str, "Plain"]


def enum(name: str) -> EnumValueNode:
    """An enum value."""
    return EnumValueNode(value=name)


def literal(value: Plain) -> ValueNode:
    """The literal of a plain value; strings become string literals."""
    match value:
        case None:
            return NullValueNode()
        case bool():
            return BooleanValueNode(value=value)
        case int():
            return IntValueNode(value=str(value))
        case str():
            return StringValueNode(value=value)
        case tuple():
            return ListValueNode(values=tuple(literal(one) for one in value))
        case _:
            fields = tuple(
                ObjectFieldNode(name=NameNode(value=name), value=literal(one)) for name, one in value.items()
            )
            return ObjectValueNode(fields=fields)


def same(one: ValueNode | None, other: ValueNode | None) -> bool:
    """Whether two literals say the same; the order of an object's fields says nothing."""
    return canonical(one) == canonical(other)


def canonical(value: ValueNode | None) -> str:
    """A text that is equal for literals that say the same; empty for no literal."""
    match value:
        case None:
            return ""
        case ListValueNode():
            return "[" + ", ".join(canonical(one) for one in value.values) + "]"
        case ObjectValueNode():
            return "{" + ", ".join(sorted(f"{one.name.value}: {canonical(one.value)}" for one in value.fields)) + "}"
        case StringValueNode():
            return print_ast(StringValueNode(value=value.value))
        case _:
            return print_ast(value)


def integer(value: ValueNode | None) -> int | None:
    """The number of an Int literal; None for anything else."""
    return int(value.value) if isinstance(value, IntValueNode) and len(value.value) < 20 else None


def fits(value: ValueNode, type_text: str, types: Mapping[str, TypeDef]) -> bool:
    """Whether a literal is of a type.  Scalars of the subgraph take anything; left-out input fields are not missed."""
    if isinstance(value, NullValueNode):
        return not non_null(type_text)
    bare = nullable(type_text)
    if is_list(bare):
        ones: Iterable[ValueNode] = value.values if isinstance(value, ListValueNode) else (value,)
        return all(fits(one, item(bare), types) for one in ones)
    return _fits_named(value, bare, types)


def _fits_named(value: ValueNode, name: str, types: Mapping[str, TypeDef]) -> bool:
    accepted = SCALARS.get(name)
    if accepted:
        return isinstance(value, accepted)
    one = types.get(name)
    match one.kind if one else "SCALAR":
        case "ENUM":
            return isinstance(value, EnumValueNode) and one is not None and value.value in one.values
        case "INPUT_OBJECT":
            return isinstance(value, ObjectValueNode) and one is not None and _fits_input(value, one, types)
        case _:
            return True


def _fits_input(value: ObjectValueNode, one: TypeDef, types: Mapping[str, TypeDef]) -> bool:
    return all(
        given.name.value in one.inputs and fits(given.value, one.inputs[given.name.value].type, types)
        for given in value.fields
    )


SCALARS: Mapping[str, tuple[type[ValueNode], ...]] = {
    "String": (StringValueNode,),
    "ID": (StringValueNode, IntValueNode),
    "Int": (IntValueNode,),
    "Float": (IntValueNode, FloatValueNode),
    "Boolean": (BooleanValueNode,),
}
