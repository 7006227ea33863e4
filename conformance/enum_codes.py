"""The codes that a city really sent, held against the `enum:` tables that translate them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from channels.declared.models import Each, Leaf, MapEntry, Nested
from channels.mapping.converters import Unfit, text
from channels.mapping.paths import BadPath, compile_path

REST: Final = "*"


def unlisted(mapping: Mapping[str, MapEntry], row: Any) -> Iterator[tuple[str, str]]:
    """Yield: (field, code) for each code that only `*` covers, or nothing does."""
    for field, entry in mapping.items():
        match entry:
            case Leaf() if entry.enum is not None and entry.source is not None:
                yield from _leaf(field, entry, row)
            case Each():
                items = _at(entry.each, row)
                for item in items if isinstance(items, list) else []:
                    yield from ((f"{field}.{name}", code) for name, code in unlisted(entry.mapping, item))
            case Nested():
                yield from ((f"{field}.{name}", code) for name, code in unlisted(entry.mapping, row))


def _leaf(field: str, leaf: Leaf, row: Any) -> Iterator[tuple[str, str]]:
    value = _at(str(leaf.source), row)
    try:
        code = None if value is None else text(value)
    except Unfit:
        return
    if code is not None and code != "" and code not in {str(key) for key in leaf.enum or {}} - {REST}:
        yield field, code[:32]


def _at(expression: str, row: Any) -> Any:
    try:
        return compile_path(expression)(row)
    except BadPath:
        return None
