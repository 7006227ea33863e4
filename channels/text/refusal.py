"""How a scalar is refused: a kind by which its code and words are found, and what was found in its place."""

from typing import Any

from pydantic_core import PydanticCustomError


def refuse(kind: str, found: object, **context: Any) -> PydanticCustomError:
    """The error of one scalar; `kind` is the key by which `validation` finds code and wording."""
    return PydanticCustomError(kind, "{found}", {"found": shown(found), **context})


def shown(value: object) -> str:
    """How an unexpected value is named in a message."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "{…}"
    return "[…]" if isinstance(value, (list, tuple)) else str(value)
