"""The tree of a file: every key and scalar with its text and its place; and how to find one's way in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from channels.text.diagnostics import Place
from channels.text.scalars import Text

Path: TypeAlias = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """`begins`: of a `|` text, the column in which its lines begin; the first is the one below `place`.  Else 0."""

    text: Text
    place: Place
    begins: int = 0

    @property
    def is_null(self) -> bool:
        return self.text.plain and self.text in ("", "null", "~")


@dataclass(frozen=True, slots=True)
class ListNode:
    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    key: Text
    place: Place
    node: Node


@dataclass(frozen=True, slots=True)
class MapNode:
    """`entries`: by key, in document order."""

    entries: dict[str, Entry]
    place: Place


Node: TypeAlias = ScalarNode | ListNode | MapNode


def data(node: Node) -> object:
    """The tree as plain data for a model: dicts, lists, `Text`, None."""
    match node:
        case ScalarNode():
            return None if node.is_null else node.text
        case ListNode():
            return [data(item) for item in node.items]
        case MapNode():
            return {key: data(entry.node) for key, entry in node.entries.items()}


def find(node: Node, path: Path) -> Node | None:
    """The node at `path`, or None."""
    for step in path:
        match node:
            case MapNode() if isinstance(step, str) and step in node.entries:
                node = node.entries[step].node
            case ListNode() if isinstance(step, int) and 0 <= step < len(node.items):
                node = node.items[step]
            case _:
                return None
    return node


def words(node: Node) -> Iterator[str]:
    """Every key and every text, in document order."""
    match node:
        case ScalarNode():
            yield node.text
        case ListNode():
            for item in node.items:
                yield from words(item)
        case MapNode():
            for key, entry in node.entries.items():
                yield key
                yield from words(entry.node)


def spot(node: ScalarNode, at: int, width: int) -> Place:
    """Where a part of a text stands: inside of a text on one line or of a `|` text; else where the text stands."""
    text, place = node.text, node.place
    if node.begins:
        start = text.rfind("\n", 0, at) + 1
        line = place.line + 1 + text.count("\n", 0, at)
        return Place(place.path, line, node.begins + at - start, max(width, 1))
    quotes = (place.width - len(text)) // 2
    if place.width < len(text) or quotes not in (0, 1):
        return place
    return Place(place.path, place.line, place.column + quotes + at, width)


def keys(node: Node) -> Iterator[str]:
    """Every key, in document order."""
    match node:
        case ListNode():
            for item in node.items:
                yield from keys(item)
        case MapNode():
            for key, entry in node.entries.items():
                yield key
                yield from keys(entry.node)


def value_place(node: Node, path: Path) -> Place:
    """Where the value at `path` stands; the nearest ancestor where there is none."""
    for end in range(len(path), -1, -1):
        if found := find(node, path[:end]):
            return found.place
    return node.place


def key_place(node: Node, path: Path) -> Place:
    """Where the key that ends `path` stands; a list's item, or the nearest ancestor's key, where there is none."""
    for end in range(len(path), 0, -1):
        parent = find(node, path[: end - 1])
        step = path[end - 1]
        if isinstance(parent, MapNode) and isinstance(step, str) and step in parent.entries:
            return parent.entries[step].place
        if isinstance(parent, ListNode) and isinstance(step, int) and 0 <= step < len(parent.items):
            return _first_key(parent.items[step])
    return _first_key(node)


def _first_key(node: Node) -> Place:
    if isinstance(node, MapNode) and node.entries:
        return next(iter(node.entries.values())).place
    return node.place
