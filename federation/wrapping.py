"""The algebra of types written as text: `"[ID!]!"` is a non-null list of non-null `ID`."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache


@lru_cache(maxsize=65536)
def named(type_text: str) -> str:
    """The type's name without lists and `!`."""
    return type_text.strip("[]!")


def non_null(type_text: str) -> bool:
    """Whether null is excluded at the outermost level."""
    return type_text.endswith("!")


def nullable(type_text: str) -> str:
    """The same type with null allowed at the outermost level."""
    return type_text.removesuffix("!")


def is_list(type_text: str) -> bool:
    """Whether it is a list, nullable or not."""
    return type_text.startswith("[")


def item(list_text: str) -> str:
    """The item type of a list."""
    return nullable(list_text)[1:-1]


def is_subtype(narrow: str, wide: str, named_subtype: Callable[[str, str], bool]) -> bool:
    """Whether every value of `narrow` is one of `wide`; `named_subtype` decides about two distinct names."""
    if narrow == wide:
        return True
    if non_null(wide):
        return non_null(narrow) and is_subtype(nullable(narrow), nullable(wide), named_subtype)
    if non_null(narrow):
        return is_subtype(nullable(narrow), wide, named_subtype)
    if is_list(wide) or is_list(narrow):
        return is_list(wide) and is_list(narrow) and is_subtype(item(narrow), item(wide), named_subtype)
    return named_subtype(narrow, wide)
