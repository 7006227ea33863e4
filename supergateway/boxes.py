"""What the box of one request says: whose objects, by what they are known, which fields are asked; all in short.

`__typename` is left out where something else is asked as well, long selections end in an ellipsis: the printed plan has
them whole.
"""

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias
from unicodedata import east_asian_width

from federation.plan import Entities, Fetch, On, Part, parts_text, path_text

MAX_COLUMNS = 46
MAX_ROWS = 18
INDENT = "  "
TYPENAME = "__typename"

Role: TypeAlias = Literal["where", "given", "field"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a box."""

    role: Role
    text: str


def rows(fetch: Fetch) -> tuple[Row, ...]:
    """What a box says, top down; at most MAX_ROWS rows of about MAX_COLUMNS columns."""
    found = tuple(_rows(fetch))
    if len(found) <= MAX_ROWS:
        return found
    left = len(found) - MAX_ROWS + 1
    return (*found[: MAX_ROWS - 1], Row("where", f"… {left} more lines"))


def columns(text: str) -> int:
    """The width of a text in a fixed pitch; Chinese characters take two columns."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)


def _rows(fetch: Fetch) -> Iterator[Row]:
    if fetch.path:
        yield from _wrapped("where", "at", path_text(fetch.path))
    yield from _fields(fetch.parts, "")
    for each in fetch.entities:
        yield from _exchange(each)


def _exchange(entities: Entities) -> Iterator[Row]:
    for path in entities.paths:
        yield from _wrapped("where", "at", path_text(path))
    for sent in entities.representations:
        known = parts_text(_told(sent.fields)) if sent.fields else TYPENAME
        yield from _wrapped("given", "by", f"{sent.type or sent.sent_as} {{ {known} }}")
    yield from _fields(entities.parts, "")


def _fields(parts: tuple[Part, ...], indent: str) -> Iterator[Row]:
    """Leaves that follow each other share a row; what has fields of its own begins one."""
    leaves: list[str] = []
    for part in _told(parts):
        if not part.parts:
            leaves.append(_head(part))
            continue
        yield from _row_of(leaves, indent)
        leaves = []
        yield from _wrapped("field", "", _head(part), indent)
        yield from _fields(part.parts, indent + INDENT)
    yield from _row_of(leaves, indent)


def _row_of(leaves: list[str], indent: str) -> Iterator[Row]:
    if leaves:
        yield from _wrapped("field", "", "  ".join(leaves), indent, hang="")  # siblings: further in would be below


def _told(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(part for part in parts if isinstance(part, On) or part.name != TYPENAME) or parts


def _head(part: Part) -> str:
    return f"on {part.type}" if isinstance(part, On) else parts_text((replace(part, parts=()),))


def _wrapped(role: Role, word: str, text: str, indent: str = "", *, hang: str = INDENT) -> Iterable[Row]:
    first = f"{indent}{word} " if word else indent
    lines = textwrap.wrap(
        text, MAX_COLUMNS, initial_indent=first, subsequent_indent=" " * len(first) + hang, break_on_hyphens=False
    )
    return (Row(role, line) for line in lines)
