"""How messages name subgraphs and list what differs between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def quoted(names: Iterable[str]) -> str:
    """`"a", "b" and "c"`."""
    return listed([f'"{name}"' for name in names])


def in_subgraphs(names: Iterable[str]) -> str:
    """`subgraph "a"` or `subgraphs "a" and "b"`."""
    found = list(names)
    return f"subgraph{'s' if len(found) > 1 else ''} {quoted(found)}"


def differing(noun: str, found: Iterable[tuple[str, str]]) -> str:
    """`it has type "A" in subgraph "x" but type "B" in subgraphs "y" and "z"`, from (value, subgraph) pairs."""
    groups: dict[str, list[str]] = {}
    for value, subgraph in found:
        groups.setdefault(value, []).append(subgraph)
    parts = [f"{noun} {value} in {in_subgraphs(names)}" for value, names in groups.items()]
    return "it has " + " but ".join([parts[0], listed(parts[1:])]) if len(parts) > 1 else f"it has {parts[0]}"
