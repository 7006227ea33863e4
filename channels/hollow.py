"""Keys behind which nothing stands: `auth:` and a line break would else mean "none", and be read without a word.

Where null is a value (in bodies that are sent, in tables, for `value` and `default`) it may also be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from channels.diagnostics import Diagnostic, report
from channels.tree import Entry, ListNode, MapNode, Node, ScalarNode

FREE = frozenset({"json", "variables", "query", "form", "enum", "value", "default"})


def hollow(node: Node, found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Each key without a value.  `found`: what has been refused already, often for that very reason."""
    told = {item.place for item in found}
    for key, entry in _hollow(node):
        if not told & {entry.place, entry.node.place}:
            yield report("no_value", entry.node.place, field=key)


def _hollow(node: Node) -> Iterator[tuple[str, Entry]]:
    if isinstance(node, ListNode):
        for item in node.items:
            yield from _hollow(item)
    elif isinstance(node, MapNode):
        for key, entry in node.entries.items():
            if key in FREE:
                continue
            if isinstance(entry.node, ScalarNode) and entry.node.text.plain and not entry.node.text:
                yield key, entry
            yield from _hollow(entry.node)
