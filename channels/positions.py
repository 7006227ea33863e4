"""YAML as a tree in which every key and scalar keeps its text and its place.

A small part of YAML is accepted: maps, lists, scalars, block text.  Duplicate keys, anchors, aliases, tags, tabs,
several documents and full-width colons are refused, each at its place.  What a scalar means is for the models to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from channels.diagnostics import Diagnostic, Place, report
from channels.lines import SourceText, full_width_colons, tabs
from channels.scalars import Text

Path: TypeAlias = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class ScalarNode:
    text: Text
    place: Place

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


def parse(source: SourceText) -> tuple[Node | None, list[Diagnostic]]:
    """Return: the tree (None when the text is not YAML) and every refusal, in document order."""
    lint = [report("tab", place) for place in tabs(source)]
    lint += [report("full_width_colon", place, key=key) for place, key in full_width_colons(source)]
    if lint:
        return None, lint
    builder = _Builder(source)
    try:
        node = builder.build()
    except MarkedYAMLError as error:
        builder.found.append(_syntax(source, error))
        node = None
    return node, builder.found


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


class _Builder:
    """One walk over the parser's events."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self.events: Iterator[Event] = iter(YAML(typ="safe", pure=True).parse(source.text))

    def build(self) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
            elif isinstance(event, (ScalarEvent, MappingStartEvent, SequenceStartEvent, AliasEvent)):
                node = self.node(event)
                root = root or node
                if documents > 1:
                    self.found.append(report("documents", node.place))
            elif isinstance(event, StreamEndEvent):
                break
        if root is None or (isinstance(root, ScalarNode) and root.is_null):
            self.found.append(report("empty", Place(self.source.path, 1, 1, 1)))
            return None
        return root

    def node(self, event: Event) -> Node:
        self.refuse_extras(event)
        if isinstance(event, MappingStartEvent):
            return self.map(event)
        if isinstance(event, SequenceStartEvent):
            return self.list(event)
        place = self.place(event)
        if isinstance(event, ScalarEvent):
            return ScalarNode(Text(event.value, plain=event.style is None), place)
        return ScalarNode(Text(""), place)

    def map(self, start: Event) -> Node:
        entries: dict[str, Entry] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            key = self.node(event)
            value = self.node(next(self.events))
            if not isinstance(key, ScalarNode):
                self.found.append(report("key", key.place))
            elif key.text.plain and "：" in key.text and isinstance(value, ScalarNode) and not value.text:
                name = key.text.split("：")[0]
                at = Place(key.place.path, key.place.line, key.place.column + len(name))
                self.found.append(report("full_width_colon", at, key=name))
            elif key.text in entries:
                self.found.append(report("duplicate_key", key.place, key=key.text))
            else:
                entries[str(key.text)] = Entry(key.text, key.place, value)
        return MapNode(entries, self.place(start))

    def list(self, start: Event) -> Node:
        items: list[Node] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self.node(event))
        return ListNode(tuple(items), self.place(start))

    def refuse_extras(self, event: Any) -> None:
        if isinstance(event, AliasEvent):
            self.found.append(report("alias", self.place(event), name=f"*{event.anchor}"))
        elif event.anchor is not None:
            self.found.append(report("alias", self.place(event), name=f"&{event.anchor}"))
        elif event.tag is not None:
            self.found.append(report("tag", self.place(event), name=str(event.tag)))

    def place(self, event: Event) -> Place:
        start, end = event.start_mark, event.end_mark
        width = end.column - start.column if end.line == start.line else 1
        return Place(self.source.path, start.line + 1, start.column + 1, max(width, 1))


def _syntax(source: SourceText, error: MarkedYAMLError) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = " ".join(part for part in (error.context, error.problem) if part)
    return report("syntax", Place(source.path, line, column, 1), problem=problem)
