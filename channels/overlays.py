"""Overlays: where a backend is and how fast it may be asked, by environment; never what it means.

`channel.<environment>.yaml` beside the channel, and a machine's own `<city>.yaml` in the overlays folder, change the tree
of the channel before it becomes a model, so that every value keeps the place where it was written last.
"""

from __future__ import annotations

from dataclasses import replace

from channels.diagnostics import Diagnostic, report
from channels.positions import Entry, MapNode, Node, ScalarNode

BACKEND_SETTINGS = ("base_url", "timeout", "retry", "rate", "bulkhead", "tls", "dedicated_line", "breaker")
PATTERNS: tuple[tuple[str, ...], ...] = (
    *(("backends", "*", name) for name in BACKEND_SETTINGS),
    ("auth", "*", "token_url"),
    ("auth", "*", "audience"),
    ("citizen_token", "audience"),
    ("city", "status"),
    ("rollout",),
    ("web_at",),
    ("roam",),
)
ALLOWED = (
    f"backends.*.{{{','.join(BACKEND_SETTINGS)}}}",
    "auth.*.{token_url,audience}",
    "citizen_token.audience",
    "city.status",
    "rollout",
    "web_at",
)


def overlaid(base: Node, overlay: Node) -> tuple[Node, list[Diagnostic]]:
    """Return: the tree with the overlay's values, and a refusal for each key that an overlay may not carry."""
    found: list[Diagnostic] = []
    return _merge(base, overlay, (), found), found


def _merge(base: Node, overlay: Node, path: tuple[str, ...], found: list[Diagnostic]) -> Node:
    if _complete(path):
        return _replace(base, overlay)
    if isinstance(overlay, ScalarNode) and overlay.is_null:
        return base
    if not isinstance(overlay, MapNode) or not isinstance(base, MapNode):
        found.append(report("overlay", overlay.place, found=".".join(path) or "…", choices=ALLOWED))
        return base
    entries = dict(base.entries)
    for key, entry in overlay.entries.items():
        step = (*path, key)
        if not _leads_somewhere(step):
            found.append(report("overlay", entry.place, found=".".join(step), choices=ALLOWED))
        elif key in entries:
            entries[key] = replace(entries[key], node=_merge(entries[key].node, entry.node, step, found))
        elif _complete(step):
            entries[key] = Entry(entry.key, entry.place, entry.node)
        else:
            kind = report(
                "unknown_ref", entry.place, where=".".join(path), found=key, near=key, choices=tuple(base.entries)
            )
            found.append(kind)
    return replace(base, entries=entries)


def _replace(base: Node, overlay: Node) -> Node:
    """A map's keys one by one (`timeout: {total: 5s}` keeps `connect`), anything else as a whole."""
    if not isinstance(base, MapNode) or not isinstance(overlay, MapNode):
        return overlay
    entries = dict(base.entries)
    for key, entry in overlay.entries.items():
        node = _replace(entries[key].node, entry.node) if key in entries else entry.node
        entries[key] = Entry(entry.key, entry.place, node)
    return replace(overlay, entries=entries)


def _matches(path: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    return all(wanted in ("*", step) for step, wanted in zip(path, pattern, strict=False))


def _complete(path: tuple[str, ...]) -> bool:
    return any(len(path) == len(pattern) and _matches(path, pattern) for pattern in PATTERNS)


def _leads_somewhere(path: tuple[str, ...]) -> bool:
    return any(len(path) <= len(pattern) and _matches(path, pattern) for pattern in PATTERNS)
