"""Overlays: where a backend is and how fast it may be asked, by environment; never what it means.

`channel.<environment>.yaml` beside the channel, and a machine's own `<city>.yaml` in the overlays folder, change the tree
of the channel before it becomes a model, so that every value keeps the place where it was written last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import get_args

from channels.checks.scene import Reference
from channels.declared.models import Auth, Backend, ChannelFile, CitizenTokenRule, City
from channels.declared.strict_model import Model
from channels.text.diagnostics import Diagnostic, nearest, report
from channels.text.forms import TYPES
from channels.text.positions import Entry, MapNode, Node, ScalarNode
from channels.text.scalars import Text

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


SECTIONS: Mapping[str, tuple[type[Model], ...]] = MappingProxyType(
    {
        "backends": get_args(get_args(Backend)[0]),
        "auth": get_args(get_args(Auth)[0]),
        "city": (City,),
        "citizen_token": (CitizenTokenRule,),
    }
)


@dataclass(frozen=True, slots=True)
class Laid:
    """What an overlay says that it may not: `found`; and, by section, whom it means that the channel does not know."""

    found: list[Diagnostic] = field(default_factory=list)
    strangers: list[tuple[str, Reference]] = field(default_factory=list)


def overlaid(base: Node, overlay: Node) -> tuple[Node, Laid]:
    """Return: the tree with the overlay's values, and a refusal for each key that an overlay may not carry."""
    laid = Laid()
    return _merge(base, overlay, (), laid), laid


def _merge(base: Node, overlay: Node, path: tuple[str, ...], laid: Laid) -> Node:
    if _complete(path):
        return _replace(base, overlay)
    if isinstance(overlay, ScalarNode) and overlay.is_null:
        return base
    if not isinstance(overlay, MapNode) or not isinstance(base, MapNode):
        if path:
            laid.found.append(report("overlay", overlay.place, found=".".join(path), choices=ALLOWED))
        elif not isinstance(overlay, MapNode):
            form = TYPES["model_type"]
            shown = str(overlay.text) if isinstance(overlay, ScalarNode) else "[…]"
            what = {"expected": form.expected, "advice": form.advice}
            laid.found.append(report("wrong_type", overlay.place, field="channel", found=shown[:40], **what))
        return base
    entries = dict(base.entries)
    for key, entry in overlay.entries.items():
        step = (*path, key)
        if not _leads_somewhere(step):
            key, entry = _meant(entry, step, laid)
            step = (*path, key)
        if not _leads_somewhere(step):
            continue
        if key in entries:
            entries[key] = replace(entries[key], node=_merge(entries[key].node, entry.node, step, laid))
        elif _complete(step):
            entries[key] = Entry(entry.key, entry.place, entry.node)
        elif path:
            laid.strangers.append((path[0], Reference(key, entry.place)))
        else:
            laid.found.append(report("overlay_section", entry.place, found=key))
    return replace(base, entries=entries)


def _meant(entry: Entry, step: tuple[str, ...], laid: Laid) -> tuple[str, Entry]:
    """A key that an overlay may not carry, told: one of a channel's own, or a misspelt one, which is read as it was meant."""
    *path, key = step
    known = ChannelFile.model_fields if not path else _fields(path[0])
    allowed = _allowed(tuple(path))
    meant = nearest(key, allowed) if key not in known else None
    if meant is None:
        laid.found.append(report("overlay", entry.place, found=".".join(step), choices=ALLOWED))
        return key, entry
    laid.found.append(report("unknown_field", entry.place, field=key, near=key, choices=allowed))
    return meant, replace(entry, key=Text(meant))


def _fields(section: str) -> frozenset[str]:
    return frozenset(name for model in SECTIONS.get(section, ()) for name in model.model_fields)


def _allowed(path: tuple[str, ...]) -> list[str]:
    """The keys that an overlay may carry at a path."""
    longer = [pattern for pattern in PATTERNS if len(pattern) > len(path) and _matches(path, pattern)]
    return list(dict.fromkeys(pattern[len(path)] for pattern in longer))


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
