"""HTML as values: text is escaped wherever it stands, and only `tag` makes markup."""

from collections.abc import Iterable
from html import escape
from typing import TypeAlias

VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


class Markup(str):
    """Text that is markup already; nothing but this module's functions makes it."""

    __slots__ = ()


Child: TypeAlias = str | Markup | int | Iterable["Child"] | None
Value: TypeAlias = str | int | bool | None


def tag(name: str, /, *children: Child, **attributes: Value) -> Markup:
    """One element. `cls` is `class`, `for_` is `for`, `data_x` is `data-x`; True stands bare, False and None are left out."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{joined(children)}</{name}>")


def joined(children: Child) -> Markup:
    """Children one after the other; text that is no Markup is escaped, None is nothing."""
    match children:
        case None:
            return Markup()
        case Markup():
            return children
        case str():
            return Markup(escape(children))
        case int():
            return Markup(str(children))
        case _:
            return Markup("".join(joined(child) for child in children))


def _attribute(key: str, value: Value) -> str:
    if value is None or value is False:
        return ""
    name = "class" if key == "cls" else key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
