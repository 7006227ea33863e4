"""What a subgraph declares, as plain values: types, fields, arguments, enum values and the directives applied to them.

A type is written as GraphQL writes it (`"[ID!]!"`); `wrapping.py` has the algebra of such texts.  Mappings keep the order
of the document.  A type that is declared in pieces (`type` and `extend type`) is one `TypeDef`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from graphql import print_ast
from graphql.language import ListValueNode, StringValueNode, ValueNode

Kind = Literal["OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT", "SCALAR"]
Operation = Literal["query", "mutation", "subscription"]

KIND_TITLES: Mapping[Kind, str] = {
    "OBJECT": "Object Type",
    "INTERFACE": "Interface Type",
    "UNION": "Union Type",
    "ENUM": "Enum Type",
    "INPUT_OBJECT": "InputObject Type",
    "SCALAR": "Scalar Type",
}
ROOT_NAMES: Mapping[Operation, str] = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
BUILT_IN_SCALARS = ("String", "ID", "Int", "Float", "Boolean")
BUILT_IN_DIRECTIVES = ("deprecated", "specifiedBy", "oneOf", "include", "skip", "defer", "stream")


@dataclass(frozen=True, slots=True)
class Applied:
    """One use of a directive."""

    name: str
    """As written in the subgraph, without `@`."""
    spec: str = ""
    """The name in the federation specification (`"key"` for `@federation__key`); empty for other directives."""
    args: tuple[tuple[str, ValueNode], ...] = ()
    extension: bool = False
    """Whether it stands on an `extend` clause."""
    part: int = 0
    """Which definition or extension of its type it stands on, counted in document order."""

    def arg(self, name: str) -> ValueNode | None:
        """The argument's value as written; None when it is left out."""
        return next((value for key, value in self.args if key == name), None)

    def text(self, name: str) -> str | None:
        """The argument's value when it is a string; None otherwise."""
        value = self.arg(name)
        return value.value if isinstance(value, StringValueNode) else None

    def texts(self, name: str) -> tuple[str, ...]:
        """The strings of a list argument; a single string counts as a list of one."""
        value = self.arg(name)
        nodes = value.values if isinstance(value, ListValueNode) else (value,)
        return tuple(node.value for node in nodes if isinstance(node, StringValueNode))

    def __str__(self) -> str:
        args = ", ".join(f"{name}: {print_ast(value)}" for name, value in self.args)
        return f"@{self.name}({args})" if args else f"@{self.name}"


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field or a directive, or a field of an input object."""

    name: str
    type: str
    default: ValueNode | None = None
    applied: tuple[Applied, ...] = ()
    description: str = ""

    @property
    def required(self) -> bool:
        """Whether a caller has to give it."""
        return self.type.endswith("!") and self.default is None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object or interface."""

    name: str
    type: str
    args: Mapping[str, Argument] = field(default_factory=dict)
    applied: tuple[Applied, ...] = ()
    description: str = ""
    part: int = 0
    """Which definition or extension of its type it stands in, counted in document order."""


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A value of an enum."""

    name: str
    applied: tuple[Applied, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class TypeDef:
    """A named type with everything its definition and extensions say."""

    name: str
    kind: Kind
    applied: tuple[Applied, ...] = ()
    description: str = ""
    interfaces: tuple[str, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    """Of objects and interfaces."""
    inputs: Mapping[str, Argument] = field(default_factory=dict)
    """Of input objects."""
    members: tuple[str, ...] = ()
    """Of unions."""
    values: Mapping[str, EnumValue] = field(default_factory=dict)
    """Of enums."""
    defined: bool = True
    """Whether some part is a definition, not an `extend`."""
    extended: bool = False
    """Whether some part is an `extend`."""
    parts: int = 1
    """How many definitions and extensions it has."""


@dataclass(frozen=True, slots=True)
class DirectiveDef:
    """A directive definition."""

    name: str
    args: Mapping[str, Argument] = field(default_factory=dict)
    locations: tuple[str, ...] = ()
    repeatable: bool = False
    description: str = ""


Element = TypeDef | Field | Argument | EnumValue


def uses(element: Element, spec: str) -> tuple[Applied, ...]:
    """The applications of one federation directive, in document order."""
    return tuple(applied for applied in element.applied if applied.spec == spec)


def has(element: Element, spec: str) -> bool:
    """Whether a federation directive is applied."""
    return any(applied.spec == spec for applied in element.applied)


def without(applied: Iterable[Applied], *specs: str) -> tuple[Applied, ...]:
    """The applications that are not of these federation directives."""
    return tuple(one for one in applied if one.spec not in specs)
