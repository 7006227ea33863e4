"""The structure of an answer: which paths it has and of which JSON types; and what changed between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Structure: TypeAlias = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Change:
    """One path that came, went, or is of another type.  `before`, `after`: types, empty where the path is not there."""

    path: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        before, after = " | ".join(self.before), " | ".join(self.after)
        if not self.before:
            return f"+ {self.path}: {after}"
        return f"- {self.path}: {before}" if not self.after else f"~ {self.path}: {before} → {after}"


def structure(values: Iterable[Any]) -> Structure:
    """Return: the types at every path of all the answers together; `rows[]` stands for the members of a list."""
    found: dict[str, set[str]] = {}
    for value in values:
        for path, kind in _walk(value, ""):
            found.setdefault(path, set()).add(kind)
    return {path: frozenset(kinds) for path, kinds in found.items()}


def changes(before: Structure, after: Structure) -> tuple[Change, ...]:
    """Return: what differs, in the order of paths.

    A path below one that is null or an empty list now is not gone: it has nothing to show.  `null` beside another type is the
    same value not given.
    """
    made = []
    for path in sorted({*before, *after}):
        old, new = before.get(path, frozenset()), after.get(path, frozenset())
        if (not new and _silent(path, after)) or (not old and _silent(path, before)):
            continue
        known = old - {"null"}
        if not old or not new or (known and new - {"null"} - known):
            made.append(Change(path, tuple(sorted(old)), tuple(sorted(new))))
    return tuple(made)


def _silent(path: str, other: Structure) -> bool:
    """Whether a path's parent has no members there, so that nothing is known of them."""
    if path.endswith("[]"):
        return path.removesuffix("[]") in other or _silent(path.removesuffix("[]"), other)
    parent, dot, _ = path.rpartition(".")
    if not dot:
        return False
    return "object" not in other[parent] if parent in other else _silent(parent, other)


def _walk(value: Any, path: str) -> Iterator[tuple[str, str]]:
    yield path or "@", kind(value)
    match value:
        case Mapping():
            for key, inner in value.items():
                yield from _walk(inner, f"{path}.{key}" if path else str(key))
        case list() | tuple():
            for inner in value:
                yield from _walk(inner, f"{path}[]")


def kind(value: Any) -> str:
    """The JSON type of a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case Mapping():
            return "object"
    return "array"
