"""Keys behind which nothing stands: `auth:` and a line break would else mean "none", and be read without a word.

Where null is a value (in bodies that are sent, in tables, for `value` and `default`) it may also be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from channels.text.diagnostics import Diagnostic, Place, report
from channels.text.tree import Entry, ListNode, MapNode, Node, ScalarNode

FREE = frozenset({"json", "variables", "query", "form", "enum", "value", "default"})
UNKNOWN = "ROAM-201"
TOLD = "no_value"
FALLOUT = frozenset({"ROAM-202", "ROAM-208", "ROAM-307", "ROAM-406"})
"""What is said of a map that lacks something, when what it lacks stands there without a value."""


def hollow(node: Node, found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Each key without a value.  `found`: what has been refused already, often for that very reason."""
    told = {item.place for item in found}
    for key, entry, behind in _hollow(node):
        if not told & {entry.place, entry.node.place, behind}:
            yield report(TOLD, entry.node.place, field=key)


def without_beheaded(node: Node, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings without a key that has no value where the next one is refused: that one belongs below it."""
    items = list(found)
    refused = {item.place for item in items if item.code == UNKNOWN}
    heads = {entry.node.place for _, entry, behind in _hollow(node) if behind in refused} if refused else set()
    return [item for item in items if item.code == UNKNOWN or item.place not in heads]


def _hollow(node: Node) -> Iterator[tuple[str, Entry, Place | None]]:
    """Each with its name, and the place of the key behind it: one that is refused may belong below this one."""
    if isinstance(node, ListNode):
        for item in node.items:
            yield from _hollow(item)
    elif isinstance(node, MapNode):
        behind = [*(entry.place for entry in node.entries.values()), None][1:]
        for (key, entry), next_key in zip(node.entries.items(), behind, strict=True):
            if key in FREE:
                continue
            if _empty(entry):
                yield key, entry, next_key
            yield from _hollow(entry.node)


def _empty(entry: Entry) -> bool:
    return isinstance(entry.node, ScalarNode) and entry.node.text.plain and not entry.node.text


def without_hollow(node: Node, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings without those about a map in which a key has no value: that has been told, and is the cause."""
    spots = set(_around(node, None))
    return [item for item in found if item.kind == TOLD or item.code not in FALLOUT or item.place not in spots]


def _around(node: Node, key: Place | None) -> Iterator[Place]:
    """The places of each map with a hollow key: its own key, its keys and their values."""
    if isinstance(node, ListNode):
        for item in node.items:
            yield from _around(item, None)
    elif isinstance(node, MapNode):
        empty = [entry for name, entry in node.entries.items() if name not in FREE and _empty(entry)]
        if empty:
            yield from (key,) if key is not None else ()
            for entry in node.entries.values():
                yield from (entry.place, entry.node.place)
        for entry in node.entries.values():
            yield from _around(entry.node, entry.place)
