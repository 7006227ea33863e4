"""YAML as a tree in which every key and scalar keeps its text and its place.

A small part of YAML is accepted: maps, lists, scalars, block text.  Duplicate keys, anchors, aliases, tags, tabs,
several documents and full-width colons are refused, each at its place.  What a scalar means is for the models to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
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

from channels.text.diagnostics import Diagnostic, Place, report
from channels.text.lines import SourceText, controls, full_width_colons, tabs
from channels.text.plain_yaml import Unusual, read
from channels.text.repairs import ASCII, repaired
from channels.text.scalars import Text
from channels.text.tree import (
    Entry,
    ListNode,
    MapNode,
    Node,
    Path,
    ScalarNode,
    data,
    find,
    key_place,
    value_place,
)

ALIASED = "ROAM-104"
TYPED_QUOTES = {"“": "”“", "‘": "’‘", "＂": "＂", "＇": "＇"}
DEEPEST = 64  # levels of nesting; the deepest file of a city has eleven

__all__ = [
    "Entry",
    "ListNode",
    "MapNode",
    "Node",
    "Path",
    "ScalarNode",
    "data",
    "find",
    "key_place",
    "parse",
    "parse_fully",
    "value_place",
]


def parse(source: SourceText) -> tuple[Node | None, list[Diagnostic]]:
    """Return: the tree (None when the text is not YAML) and every refusal, in document order."""
    try:
        return read(source.path, source.text), []
    except Unusual:
        return parse_fully(source)


def parse_fully(source: SourceText) -> tuple[Node | None, list[Diagnostic]]:
    """The same by the full parser: slower, and the one that knows what is wrong."""
    found = [report("control", place, found=code) for place, code in controls(source)]
    if found:
        return None, found
    found = [report("tab", place) for place in tabs(source)]
    colons = list(full_width_colons(source))
    found += [report("full_width_colon", place, key=key) for place, key in colons]
    if found:
        source = SourceText.of(source.path, _without(source, [place for place, _ in colons]))
    node, stopped, more = _built(source)
    if stopped is not None:
        mended, repairs = repaired(source, stopped.place.line, _stops)
        if repairs:
            node, _, more = _built(mended)
        else:  # where reading stopped, the line had been misread already
            more = [item for item in more if item.place.line != stopped.place.line]
        more = [*more, *(repairs or ([stopped] if not found else []))]
    if any(item.code == ALIASED and "`*" in item.en for item in more):
        node = None  # an alias leaves a hole where a value should be
    return node, [*found, *more]


def _without(source: SourceText, colons: list[Place]) -> str:
    """The text with spaces for tabs, and ASCII colons: what was meant."""
    lines = [line.replace("\t", "  ") for line in source.lines]
    for place in colons:
        line, at = source.lines[place.line - 1], place.column - 1
        lines[place.line - 1] = f"{line[:at]}: {line[at + 1 :].lstrip()}".replace("\t", "  ")
    return "\n".join(lines) + "\n"


def _built(source: SourceText) -> tuple[Node | None, Diagnostic | None, list[Diagnostic]]:
    """Return: the tree, where reading stopped, and what is refused without stopping."""
    builder = _Builder(source)
    try:
        return builder.build(), None, builder.found
    except MarkedYAMLError as error:
        return None, _syntax(source, error), builder.found
    except _TooDeep as deep:
        return None, None, [report("too_deep", deep.place, most=DEEPEST)]
    except (YAMLError, ValueError, RecursionError):
        return None, report("syntax", Place(source.path, 1, 1, 1), problem="?"), builder.found


def _stops(text: str) -> int | None:
    stopped = _built(SourceText.of("", text))[1]
    return stopped.place.line if stopped else None


class _TooDeep(Exception):
    """Brackets in brackets without an end: nothing that a city's file needs."""

    def __init__(self, place: Place) -> None:
        super().__init__("too deep")
        self.place = place


_RUN_ON = re.compile(r"(?P<key>[A-Za-z_][\w.\-]*)(?P<colon>：|:| )(?P<value>.*)", re.DOTALL)


class _Builder:
    """One walk over the parser's events."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self.depth = 0
        self.events: Iterator[Event] = iter(YAML(typ="safe", pure=True).parse(source.text))

    def build(self) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:  # what stands before it is half a file: nothing more is said of that
                    self.found.append(report("documents", replace(self.place(event), width=3)))
                    return None
            elif isinstance(event, (ScalarEvent, MappingStartEvent, SequenceStartEvent, AliasEvent)):
                node = self.node(event)
                root = root or node
            elif isinstance(event, StreamEndEvent):
                break
        if root is None or (isinstance(root, ScalarNode) and root.is_null):
            self.found.append(report("empty", Place(self.source.path, 1, 1, 1)))
            return None
        return root

    def node(self, event: Event) -> Node:
        self.refuse_extras(event)
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self.depth += 1
            if self.depth > DEEPEST:
                raise _TooDeep(self.place(event))
            node = self.map(event) if isinstance(event, MappingStartEvent) else self.list(event)
            self.depth -= 1
            return node
        place = self.place(event)
        if isinstance(event, ScalarEvent):
            return self.scalar(event, place)
        return ScalarNode(Text(""), place)

    def scalar(self, event: ScalarEvent, place: Place) -> ScalarNode:
        """A text; quotes of a Chinese input method around the whole of it are told, and taken for quotes."""
        text = str(event.value)
        if event.style is None and len(text) > 1 and text[0] in TYPED_QUOTES and text[-1] in TYPED_QUOTES[text[0]]:
            self.found.append(report("full_width", replace(place, width=1), found=text[0], right=ASCII[text[0]]))
            return ScalarNode(Text(text[1:-1]), place)
        return ScalarNode(Text(text, plain=event.style is None), place)

    def map(self, start: Event) -> Node:
        entries: dict[str, Entry] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            key = self.node(event)
            value = self.node(next(self.events))
            if isinstance(value, ScalarNode) and value.text.plain and not value.text:
                # Nothing is written: it is missing behind the colon, not where the next key stands.
                after = replace(key.place, column=key.place.column + key.place.width + 1, width=1)
                value = replace(value, place=after)
            if not isinstance(key, ScalarNode):
                self.found.append(report("key", key.place))
            elif key.text.plain and isinstance(value, ScalarNode) and not value.text and (meant := self.meant(key)):
                entries.setdefault(str(meant.key), meant)
            elif self.bare(key):
                self.found.append(report("alone", key.place, found=key.text))
            elif key.text in entries:
                self.found.append(report("duplicate_key", key.place, key=key.text))
                first = entries[str(key.text)].node
                if isinstance(first, ScalarNode) and not first.text:  # a line typed twice: the second one has the text
                    entries[str(key.text)] = Entry(key.text, key.place, value)
            else:
                entries[str(key.text)] = Entry(key.text, key.place, value)
        return MapNode(entries, self.place(start))

    def meant(self, key: ScalarNode) -> Entry | None:
        """`{id：x}`, `{id:x}` and `{id x}` are one long key to a parser: what was meant is told and taken."""
        found = _RUN_ON.fullmatch(key.text)
        if found is None or (found["colon"] == " " and not self.bare(key)):
            return None
        name, value = Text(found["key"], plain=True), Text(found["value"].strip(), plain=True)
        at = key.place.column + len(name)
        where = Place(key.place.path, key.place.line, at)
        kind = {"：": "full_width_colon", ":": "colon_space", " ": "no_colon"}[found["colon"]]
        place = where if kind == "full_width_colon" else replace(key.place, width=len(name) + 1)
        self.found.append(report(kind, place, key=name))
        return Entry(name, replace(key.place, width=len(name)), ScalarNode(value, replace(where, width=len(value) + 1)))

    def bare(self, key: ScalarNode) -> bool:
        """Whether a key stands between braces without a colon, as in `{total: 1,5s}`."""
        line = self.source.lines[key.place.line - 1]
        return line[key.place.column - 1 + key.place.width :].lstrip()[:1] in (",", "}")

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
    line, column = _shown(source, line, column)
    problem = " ".join(part for part in (error.context, error.problem) if part)
    return report("syntax", Place(source.path, line, column, 1), problem=problem)


def _shown(source: SourceText, line: int, column: int) -> tuple[int, int]:
    """A place that exists: the end of a file lies behind its last line."""
    if line <= len(source.lines):
        return line, column
    return max(len(source.lines), 1), max(len(source.lines[-1]) if source.lines else 1, 1)
