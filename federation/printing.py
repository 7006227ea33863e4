"""Declarations printed as SDL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphql import print_ast
from graphql.language import StringValueNode

from federation.definitions import Applied, Argument, DirectiveDef, Field, TypeDef


def print_type(one: TypeDef) -> str:
    """A type definition without a final newline."""
    applied = directives(one.applied)
    head = description(one.description)
    match one.kind:
        case "OBJECT" | "INTERFACE":
            keyword = "type" if one.kind == "OBJECT" else "interface"
            interfaces = f" implements {' & '.join(one.interfaces)}" if one.interfaces else ""
            return f"{head}{keyword} {one.name}{interfaces}{applied}" + block(map(_field, one.fields.values()))
        case "INPUT_OBJECT":
            return f"{head}input {one.name}{applied}" + block(_argument(entry, "  ") for entry in one.inputs.values())
        case "ENUM":
            values = (
                f"{description(value.description, '  ')}  {value.name}{directives(value.applied)}"
                for value in one.values.values()
            )
            return f"{head}enum {one.name}{applied}" + block(values)
        case "UNION":
            members = f" = {' | '.join(one.members)}" if one.members else ""
            return f"{head}union {one.name}{applied}{members}"
        case _:
            return f"{head}scalar {one.name}{applied}"


def print_directive(one: DirectiveDef) -> str:
    """A directive definition without a final newline."""
    repeatable = " repeatable" if one.repeatable else ""
    args = arguments(one.args, "")
    return f"{description(one.description)}directive @{one.name}{args}{repeatable} on {' | '.join(one.locations)}"


def directives(applied: Iterable[Applied]) -> str:
    """Applied directives, each with a space before it."""
    return "".join(f" {one}" for one in applied)


def block(lines: Iterable[str]) -> str:
    """The lines in braces; nothing when there are none."""
    text = "\n".join(lines)
    return f" {{\n{text}\n}}" if text else ""


def description(text: str, indent: str = "") -> str:
    """A description as a block string and a newline; nothing when it is empty."""
    if not text:
        return ""
    printed = print_ast(StringValueNode(value=text, block=True))
    return "".join(f"{indent}{line}".rstrip() + "\n" for line in printed.split("\n"))


def arguments(args: Mapping[str, Argument], indent: str) -> str:
    """An argument list in parentheses, one argument a line when some is described."""
    if not args:
        return ""
    if any(arg.description for arg in args.values()):
        lines = "\n".join(_argument(arg, f"{indent}  ") for arg in args.values())
        return f"(\n{lines}\n{indent})"
    return f"({', '.join(_argument(arg, '') for arg in args.values())})"


def _field(one: Field) -> str:
    text = f"{one.name}{arguments(one.args, '  ')}: {one.type}{directives(one.applied)}"
    return f"{description(one.description, '  ')}  {text}"


def _argument(one: Argument, indent: str) -> str:
    default = f" = {print_ast(one.default)}" if one.default is not None else ""
    text = f"{one.name}: {one.type}{default}{directives(one.applied)}"
    return f"{description(one.description, indent)}{indent}{text}"


def indented(text: str) -> str:
    """The text two spaces further right."""
    return "\n".join(f"  {line}" for line in text.split("\n"))
