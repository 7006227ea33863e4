"""The make of the graph's enums: text members whose value equals their name, each with the description that the SDL shows."""

from collections.abc import Callable
from enum import StrEnum
from typing import Self, TypeVar


class Name(StrEnum):
    """A member is its own name: `WATER = "WATER", "水"`. Raises: ValueError: name and value differ."""

    description: str

    def __new__(cls, value: str, description: str = "") -> Self:
        """Make the member a text; what follows the text is its description."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member


N = TypeVar("N", bound=type[Name])

SUMMARIES: dict[type[Name], str] = {}
"""Every enum of the graph with its own description."""


def described(description: str) -> Callable[[N], N]:
    """Declare an enum of the graph; its values carry their members' descriptions."""

    def declare(names: N) -> N:
        SUMMARIES[names] = description
        return names

    return declare
