"""Unknown and missing keys of one map that are one mistake: a key that is misspelt is both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from channels.text.diagnostics import Diagnostic, Place, nearest, report
from channels.text.positions import Entry, ListNode, MapNode, Node
from channels.text.scalars import Text

UNKNOWN, MISSING = "unknown_field", "missing"
_EXAMPLES = {"roam": 'roam: "1"'}


def renamed(node: Node, meant: dict[Place, str]) -> Node:
    """The tree with the keys at some places under other names."""
    if isinstance(node, ListNode):
        return replace(node, items=tuple(renamed(item, meant) for item in node.items))
    if not isinstance(node, MapNode):
        return node
    entries: dict[str, Entry] = {}
    for key, entry in node.entries.items():
        name = meant.get(entry.place, key)
        name = key if name in node.entries or name in entries else name
        if name == key and entry.place in meant:
            continue  # the right one stands there as well
        entries[name] = replace(entry, key=Text(name), node=renamed(entry.node, meant))
    return replace(node, entries=entries)


def paired(node: Node, found: list[Diagnostic]) -> list[Diagnostic]:
    """Without "missing `total`" where "unknown `totla`" stands in the same map: that is one mistake.

    So is the only unknown key of a map in which only one is missing, and whatever else one map is missing.
    """
    unknown = [item for item in found if item.kind == UNKNOWN]
    missing = [item for item in found if item.kind == MISSING]
    instead: dict[Diagnostic, Diagnostic | None] = {}
    for one in unknown if missing else ():
        spots = _spots(node, one.place, None)
        here = [item for item in missing if item.place in spots and item not in instead]
        meant = [item for item in here if _meant(item, one)]
        alone = len(here) == 1 and sum(each.place in spots for each in unknown) == 1
        if not meant and alone:
            meant = here
            instead[one] = _suggesting(one, here[0].names[0])
        instead |= dict.fromkeys(meant)
    return _at_once(instead.get(item, item) for item in found)


def _meant(missing: Diagnostic, unknown: Diagnostic) -> bool:
    """Whether the unknown key stands for the missing one."""
    name, written = missing.names[0], unknown.about
    return nearest(written, [name]) is not None or alike(written, name)


def _suggesting(unknown: Diagnostic, name: str) -> Diagnostic:
    zh, en = unknown.hint_zh.rpartition("?")[2], unknown.hint_en.rpartition("? ")[2]
    return replace(unknown, hint_zh=f"是不是想写 `{name}`?{zh}", hint_en=f"did you mean `{name}`? {en}", meant=name)


def _at_once(found: Iterable[Diagnostic | None]) -> list[Diagnostic]:
    """What one map is missing, told once."""
    told: dict[object, Diagnostic] = {}
    for item in found:
        if item is not None:
            key = item.place if item.kind == MISSING else item
            told[key] = missing_keys(item.place, *told[key].names, *item.names) if key in told else item
    return list(told.values())


def missing_keys(place: Place, *names: str) -> Diagnostic:
    """What a map is missing, as one finding."""
    examples = [f"`{_EXAMPLES.get(name, f'{name}: …')}`" for name in names]
    return report("missing", place, fields=[f"`{name}`" for name in names], examples=examples, choices=names)


def alike(one: str, other: str) -> bool:
    """Whether a short name is another one misspelt: `od` for `id`, `form` for `from`."""
    return sorted(one.lower()) == sorted(other.lower()) or (len(other) <= 3 and bool(set(one) & set(other)))


def _spots(node: Node, place: Place, key: Place | None) -> tuple[Place, ...]:
    """Where something missing from the map that has a key at `place` would be told: its own key, or one of its keys."""
    if isinstance(node, MapNode):
        own = tuple(entry.place for entry in node.entries.values())
        if place in own:
            return (*own, node.place, *((key,) if key else ()))
        inner: list[tuple[Node, Place | None]] = [(entry.node, entry.place) for entry in node.entries.values()]
    else:
        inner = [(item, None) for item in node.items] if isinstance(node, ListNode) else []
    return next((found for each, where in inner if (found := _spots(each, place, where))), ())
