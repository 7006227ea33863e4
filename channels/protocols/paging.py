"""Page styles: what is asked for at a position, and where the next page begins.

number: a page number from `first`.  offset: rows to skip.  cursor: the city's own text.  all and none: one answer.
The end is where `total` says, when a channel declares it, else a page shorter than asked.  A city's cursor decides itself:
none is the end.  A GraphQL `…endCursor` also stands on the last page, so `hasNextPage` beside it is heard, and where it was
not asked for a short page is the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from channels.answer import Position
from channels.declared.models import Paging
from channels.mapping.converters import Unfit, text, whole
from channels.mapping.paths import Getter, compile_path
from channels.protocols.refusals import ContractBroken

_END_CURSOR = "endCursor"
_NOTHING: Getter = lambda data: None  # noqa: E731


@dataclass(frozen=True, slots=True)
class Turn:
    """Where the next page begins (None: nowhere), and how many rows the city says there are."""

    next: Position
    total: int | None


Follow: TypeAlias = Callable[[Position, Any, int], Turn]
"""From the position asked, the data and the number of rows in it.  It raises ContractBroken."""


@dataclass(frozen=True, slots=True)
class Pages:
    """One operation's paging, compiled.  `limit`: rows a page may hold; None = not limited."""

    values: Callable[[Position], Mapping[str, Any]]
    follow: Follow
    limit: int | None


class BadPosition(ValueError):
    """A position that is none of this operation's."""


def compile_pages(rule: Paging | None) -> Pages:
    """Return: the compiled paging; no rule means one answer.  Raises: BadPath."""
    if rule is None:
        return Pages(lambda position: {}, lambda position, data, count: Turn(None, None), None)
    total = _total(rule)
    match rule.style:
        case "number":
            return Pages(_numbers(rule), _follow_number(rule, total), rule.size)
        case "offset":
            return Pages(_offsets(rule), _follow_offset(rule, total), rule.size)
        case "cursor":
            return Pages(_cursors(rule), _follow_cursor(rule, total), rule.size)
        case _:
            one = {"number": rule.first, "size": rule.size, "offset": 0, "cursor": None}
            return Pages(lambda position: one, lambda position, data, count: Turn(None, total(data)), None)


def _total(rule: Paging) -> Callable[[Any], int | None]:
    get = compile_path(rule.total) if rule.total else _NOTHING

    def total(data: Any) -> int | None:
        value = get(data)
        if value is None or value == "":
            return None
        try:
            return max(0, whole(value))
        except Unfit:
            raise ContractBroken("the declared total is not a number") from None

    return total


def _whole_position(position: Position, first: int) -> int:
    if position is None:
        return first
    if isinstance(position, bool) or not isinstance(position, int) or position < 0:
        raise BadPosition("not a page number or offset")
    return position


def _numbers(rule: Paging) -> Callable[[Position], Mapping[str, Any]]:
    def values(position: Position) -> Mapping[str, Any]:
        number = _whole_position(position, rule.first)
        return {"number": number, "size": rule.size, "offset": (number - rule.first) * rule.size, "cursor": None}

    return values


def _offsets(rule: Paging) -> Callable[[Position], Mapping[str, Any]]:
    def values(position: Position) -> Mapping[str, Any]:
        offset = _whole_position(position, 0)
        return {"number": offset // rule.size + rule.first, "size": rule.size, "offset": offset, "cursor": None}

    return values


def _cursors(rule: Paging) -> Callable[[Position], Mapping[str, Any]]:
    def values(position: Position) -> Mapping[str, Any]:
        cursor = None if position is None else str(position)
        return {"number": None, "size": rule.size, "offset": None, "cursor": cursor}

    return values


def _follow_number(rule: Paging, total: Callable[[Any], int | None]) -> Follow:
    def follow(position: Position, data: Any, count: int) -> Turn:
        number, rows = _whole_position(position, rule.first), total(data)
        seen = (number - rule.first + 1) * rule.size
        more = count > 0 and (seen < rows if rows is not None else count >= rule.size)
        return Turn(number + 1 if more else None, rows)

    return follow


def _follow_offset(rule: Paging, total: Callable[[Any], int | None]) -> Follow:
    def follow(position: Position, data: Any, count: int) -> Turn:
        rows = total(data)
        reached = _whole_position(position, 0) + count
        more = count > 0 and (reached < rows if rows is not None else count >= rule.size)
        return Turn(reached if more else None, rows)

    return follow


def _follow_cursor(rule: Paging, total: Callable[[Any], int | None]) -> Follow:
    path = rule.next or _END_CURSOR
    get = compile_path(path)
    ends_with_cursor = path.endswith(_END_CURSOR)
    more_of = compile_path(path.removesuffix(_END_CURSOR) + "hasNextPage") if ends_with_cursor else _NOTHING

    def follow(position: Position, data: Any, count: int) -> Turn:
        try:
            cursor = None if (value := get(data)) is None else text(value) or None
        except Unfit:
            raise ContractBroken("the next cursor is not text") from None
        more = more_of(data)
        if more is False or (ends_with_cursor and more is None and count < rule.size):
            cursor = None
        if cursor is not None and cursor == position:
            raise ContractBroken("the next cursor is the one that was asked")
        return Turn(cursor, total(data))

    return follow
