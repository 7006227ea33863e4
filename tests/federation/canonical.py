"""Two supergraphs compared by what they say: order, descriptions, urls and the join machinery's definitions aside."""

from __future__ import annotations

from typing import Any

from graphql import parse, print_ast
from graphql.language import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    UnionTypeDefinitionNode,
)

from federation.selection import canonical as canonical_selection
from federation.selection import read_field_set

DEFAULTS = {("extension", False), ("resolvable", True), ("isInterfaceObject", False), ("external", False)}
FIELD_SETS = ("key", "requires", "provides")
MACHINERY = ("join__", "link")


def differences(one: str, other: str) -> list[str]:
    """What only one of two supergraphs says."""
    first, second = said(one), said(other)
    return [f"- {line}" for line in first if line not in second] + [f"+ {line}" for line in second if line not in first]


def said(sdl: str) -> list[str]:
    """Every statement of a supergraph, a line each."""
    lines: list[str] = []
    for node in parse(sdl, no_location=True).definitions:
        lines += _definition(node)
    return sorted(lines)


def _definition(node: DefinitionNode) -> list[str]:
    if isinstance(node, SchemaDefinitionNode):
        roots = [f"schema {one.operation.value}: {one.type.name.value}" for one in node.operation_types]
        return [*roots, *(f"schema {text}" for text in _directives(node.directives))]
    name: str = node.name.value  # type: ignore[attr-defined]
    if isinstance(node, DirectiveDefinitionNode):
        args = sorted(print_ast(arg).split(" @")[0] for arg in node.arguments or ())
        locations = sorted(one.value for one in node.locations)
        return [] if name.startswith(MACHINERY) else [f"@{name} {args} {node.repeatable} {locations}"]
    if name.startswith(MACHINERY) and name != "join__Graph":
        return []
    kind = node.kind.removesuffix("_definition")
    return [f"{kind} {name}", *(f"{name} {text}" for text in _directives(node.directives)), *_parts(name, node)]  # type: ignore[attr-defined]


def _parts(name: str, node: Any) -> list[str]:
    match node:
        case UnionTypeDefinitionNode():
            return [f"{name} = {one.name.value}" for one in node.types]
        case EnumTypeDefinitionNode():
            return [f"{name}.{one.name.value} {_directives(one.directives)}" for one in node.values]
        case InputObjectTypeDefinitionNode():
            return [f"{name}.{_input(one)}" for one in node.fields]
        case ScalarTypeDefinitionNode():
            return []
        case _:
            interfaces = [f"{name} implements {one.name.value}" for one in node.interfaces or ()]
            return [*interfaces, *(f"{name}.{_field(one)}" for one in node.fields or ())]


def _field(node: Any) -> str:
    args = sorted(_input(arg) for arg in node.arguments or ())
    return f"{node.name.value}({args}): {print_ast(node.type)} {_directives(node.directives)}"


def _input(node: Any) -> str:
    default = print_ast(node.default_value) if node.default_value else None
    return f"{node.name.value}: {print_ast(node.type)} = {default} {_directives(node.directives)}"


def _directives(nodes: Any) -> list[str]:
    return sorted(_directive(node) for node in nodes or ())


def _directive(node: ConstDirectiveNode) -> str:
    name = node.name.value
    args = {arg.name.value: arg.value for arg in node.arguments or ()}
    said = {}
    for key, value in args.items():
        plain = getattr(value, "value", None)
        if (key, plain) in DEFAULTS or (name == "join__graph" and key == "url"):
            continue
        in_join = name.startswith("join__") and key in FIELD_SETS
        said[key] = canonical_selection(read_field_set(str(plain))) if in_join else print_ast(value)
    return f"@{name}{dict(sorted(said.items()))}"
