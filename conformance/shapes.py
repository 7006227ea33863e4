"""The structure of an answer: which paths it has and which JSON types stand there.  Values do not matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

Shape: TypeAlias = dict[str, set[str]]
NULL = "null"


def shape_of(datas: Iterable[Any], *, loose: bool = False) -> Shape:
    """The union of the shapes of several answers.  `loose`: one element and a list of elements are the same, as in XML."""
    made: Shape = {}
    for data in datas:
        for path, kind in _walk(data, "", loose):
            made.setdefault(path, set()).add(kind)
    return made


def removed(recorded: Shape, live: Shape) -> list[str]:
    """What the recording has and the live answer has not, or of another type; only below what both have."""
    found: list[str] = []
    for path, kinds in sorted(recorded.items()):
        below = path.endswith("[]") or "object" in live.get(_parent(path), set())
        if not path or not below:
            continue
        if path in live:
            was, now = kinds - {NULL}, live[path] - {NULL}
            if was and now and not was & now:
                found.append(f"{path} was {'/'.join(sorted(was))}, is {'/'.join(sorted(now))}")
        elif not path.endswith("[]"):  # a list without elements has lost nothing
            found.append(f"{path} is gone")
    return found


def has_rows(shape: Shape) -> bool:
    """Is there a list with something in it?"""
    return any(path.endswith("[]") for path in shape)


def added(recorded: Shape, live: Shape) -> list[str]:
    """Paths that no recording has, below what a recording has."""
    return [path for path in sorted(live) if path not in recorded and _parent(path) in recorded]


def _walk(data: Any, path: str, loose: bool) -> Iterator[tuple[str, str]]:
    match data:
        case dict():
            yield path, "object"
            for key, value in data.items():
                yield from _walk(value, f"{path}.{key}" if path else str(key), loose)
        case list() if loose:
            for item in data:
                yield from _walk(item, path, loose)
        case list():
            yield path, "array"
            for item in data:
                yield from _walk(item, f"{path}[]", loose)
        case None:
            yield path, NULL
        case bool():
            yield path, "boolean"
        case int() | float():
            yield path, "number"
        case _:
            yield path, "string"


def _parent(path: str) -> str:
    if path.endswith("[]"):
        return path[:-2]
    return path.rpartition(".")[0]
