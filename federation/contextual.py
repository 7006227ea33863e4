"""@context and @fromContext in one subgraph: what their rules look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from federation.definitions import Argument, Field, TypeDef, uses
from federation.facts import Facts, read_context_field
from federation.selection import Selection


@dataclass(frozen=True, slots=True)
class Reference:
    """An argument that takes its value from a context."""

    owner: TypeDef
    field: Field
    arg: Argument
    text: str
    """The directive's argument as written."""
    context: str
    """The context's name; empty when none is named."""
    selection: Selection
    """Empty when it cannot be read."""

    @property
    def coordinate(self) -> str:
        """`User.name(currency:)`."""
        return f"{self.owner.name}.{self.field.name}({self.arg.name}:)"


def references(facts: Facts) -> Iterator[Reference]:
    """Every @fromContext of a subgraph."""
    for one in facts.types.values():
        for item in one.fields.values():
            for arg in item.args.values():
                for use in uses(arg, "fromContext"):
                    text = use.text("field") or ""
                    context, _, selection = read_context_field(text)
                    yield Reference(one, item, arg, text, context, selection)


def setters(facts: Facts, context: str) -> list[TypeDef]:
    """The types that set a context."""
    return [one for one in facts.types.values() if any(use.text("name") == context for use in uses(one, "context"))]
