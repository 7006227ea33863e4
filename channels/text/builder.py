"""The walk over a YAML parser's events that makes the tree, and refuses what parsers let pass.

Duplicate keys, anchors, aliases and tags are refused at their places; a key that a parser reads together with its value
(`{id：x}`, `{id:x}`, `{id x}`) is told, and taken for what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from ruamel.yaml import YAML
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
from channels.text.lines import SourceText
from channels.text.refined import with_lines
from channels.text.repairs import ASCII
from channels.text.scalars import Text
from channels.text.tree import Entry, ListNode, MapNode, Node, ScalarNode

TYPED_QUOTES: Final = {"“": "”“", "‘": "’‘", "＂": "＂", "＇": "＇"}
DEEPEST: Final = 64  # levels of nesting; the deepest file of a city has eleven


class TooDeep(Exception):
    """Brackets in brackets without an end: nothing that a city's file needs."""

    def __init__(self, place: Place) -> None:
        super().__init__("too deep")
        self.place = place


_RUN_ON_BRACKET = re.compile(r"(?P<key>[A-Za-z_][\w.\-]*):[{\[]")
_RUN_ON = re.compile(r"(?P<key>[A-Za-z_][\w.\-]*)(?P<colon>：|:| )(?P<value>.*)", re.DOTALL)


class Builder:
    """One walk over the parser's events."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self.depth = 0
        self.guessed = False
        """Whether the tree is not what was meant: then nothing is said of its meaning."""
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
                raise TooDeep(self.place(event))
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
        begins = self.begins(event) if event.style == "|" else 0
        return ScalarNode(Text(text, plain=event.style is None), place, begins)

    def begins(self, event: ScalarEvent) -> int:
        """The column in which the lines of a `|` text begin."""
        below = self.source.lines[event.start_mark.line + 1 :]
        line = next((line for line in below if line.strip()), "")
        return len(line) - len(line.lstrip(" ")) + 1

    def map(self, start: Event) -> Node:
        entries: dict[str, Entry] = {}
        twice: list[ScalarNode] = []
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
            elif key.text.plain and not key.text:
                self.found.append(report("no_key", key.place))
                self.guessed = True
            elif key.text.plain and (run_on := _RUN_ON_BRACKET.match(key.text)):  # `expect:{error: X}`
                self.found.append(report("colon_space", replace(key.place, width=run_on.end() - 1), key=run_on["key"]))
                self.guessed = True
            elif key.text.plain and isinstance(value, ScalarNode) and (meant := self.meant(key, value)):
                entries.setdefault(str(meant.key), meant)
            elif self.bare(key):
                self.found.append(report("alone", key.place, found=key.text))
            elif key.text in entries:
                twice.append(key)
                first = entries[str(key.text)].node
                if isinstance(first, ScalarNode) and not first.text:  # a line typed twice: the second one has the text
                    entries[str(key.text)] = Entry(key.text, key.place, value)
                elif isinstance(first, MapNode) and isinstance(value, MapNode):  # what the first lacks, the second has
                    whole = replace(first, entries={**value.entries, **first.entries})
                    entries[str(key.text)] = replace(entries[str(key.text)], node=whole)
            else:
                entries[str(key.text)] = Entry(key.text, key.place, value)
        if twice:  # a block that was pasted once more is one mistake, however many keys it has
            self.found.append(self.repeated(entries, twice))
        return MapNode(entries, self.place(start))

    def repeated(self, entries: dict[str, Entry], twice: list[ScalarNode]) -> Diagnostic:
        """Keys that one map has twice, as one finding.

        Where they follow a key without a value they are its own: that key stands too deep, and was meant to begin a block.
        """
        before = [entry for entry in entries.values() if entry.place.line < twice[0].place.line]
        head = max(before, key=lambda entry: entry.place.line, default=None)
        if head is not None and head.place.line == twice[0].place.line - 1 and _is_hollow(head, twice[0].text):
            self.guessed = True
            depth = head.place.column - 1
            return report("indentation", head.place, found=depth, right=max(depth - 2, 0))
        found = report("duplicate_key", twice[0].place, key=twice[0].text)
        return with_lines(found, [key.place.line for key in twice[1:]])

    def meant(self, key: ScalarNode, behind: ScalarNode) -> Entry | None:
        """`{id：x}`, `{id:x}` and `{id x}` are one long key to a parser: what was meant is told and taken.

        So is `{note："a: b"}`, of which the parser takes the second colon for the first.
        """
        found = _RUN_ON.fullmatch(key.text)
        quoted = found is not None and found["value"].lstrip()[:1] in ('"', "'", "“")
        if (
            found is None
            or (behind.text and not quoted)
            or (found["colon"] == " " and not quoted and not self.bare(key))
        ):
            return None
        if found["colon"] == ":" and not found["value"].strip():  # `{ttl:}`: told where values are looked for
            after = replace(key.place, column=key.place.column + key.place.width, width=1)
            name = Text(found["key"], plain=True)
            return Entry(name, replace(key.place, width=len(name)), ScalarNode(Text("", plain=True), after))
        name, value = Text(found["key"], plain=True), _unquoted(found["value"].strip())
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


def _is_hollow(entry: Entry, other: str) -> bool:
    """Whether nothing stands behind a key, and it is another one than `other`."""
    node = entry.node
    return entry.key != other and isinstance(node, ScalarNode) and node.text.plain and not node.text


def _unquoted(written: str) -> Text:
    """A scalar as it stands in a text: without its quotes, where it has them."""
    quoted = len(written) > 1 and written[0] == written[-1] and written[0] in "\"'"
    return Text(written[1:-1]) if quoted else Text(written, plain=True)
