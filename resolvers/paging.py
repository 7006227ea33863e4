"""The arguments `first` and `after`, and pages of a list that the gateway itself holds: the same cursors, over plain keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resolvers.context import Context, Info
from resolvers.cursor import BadCursor, Place, open_place, seal_place, walk_binding
from resolvers.faults import invalid
from resolvers.selection import selects

Row = dict[str, Any]
MAX_FIRST = 1_000


@dataclass(frozen=True, slots=True)
class HeldPage:
    """The keys on this page, each with the cursor after it (see `cursors_of`)."""

    chosen: Sequence[str]
    cursors: Sequence[str | None]
    has_next: bool
    has_previous: bool

    def info(self) -> Row:
        return page_info(self.cursors, has_next=self.has_next, has_previous=self.has_previous)

    def connection(self, nodes: Mapping[str, Row]) -> Row:
        """The connection row over `nodes` by key."""
        edges = [{"node": nodes[key], "cursor": cursor} for key, cursor in zip(self.chosen, self.cursors, strict=True)]
        return {"edges": edges, "nodes": [nodes[key] for key in self.chosen], "pageInfo": self.info()}


def page_info(cursors: Sequence[str | None], *, has_next: bool, has_previous: bool) -> Row:
    """The PageInfo row."""
    return {
        "hasNextPage": has_next,
        "hasPreviousPage": has_previous,
        "startCursor": cursors[0] if cursors else None,
        "endCursor": cursors[-1] if cursors else None,
    }


def cursors_of(context: Context, info: Info, binding: str, places: Sequence[Place]) -> list[str | None]:
    """The cursor after each row; of the rows between the ends only where the client reads it, since a seal costs time."""
    every, ends = selects(info, "edges", "cursor"), (0, len(places) - 1)
    return [
        seal_place(context.services.sealer, binding, place) if every or n in ends else None
        for n, place in enumerate(places)
    ]


def check_first(context: Context, first: int) -> None:
    """Raises INVALID_INPUT unless 1 ≤ first ≤ MAX_FIRST."""
    if not 1 <= first <= MAX_FIRST:
        raise invalid(
            context,
            f"first 应在 1 到 {MAX_FIRST} 之间,实际为 {first}。",
            f"`first` must be between 1 and {MAX_FIRST}, found {first}.",
            argument="first",
        )


def opened(context: Context, binding: str, after: str | None) -> Place | None:
    """The place behind `after`. Raises INVALID_INPUT when it is no cursor of this walk."""
    if after is None:
        return None
    try:
        return open_place(context.services.sealer, binding, after)
    except BadCursor:
        raise invalid(
            context,
            "after 不是本查询给出的游标:可能被改动,或来自另一位市民、另一字段、另一组筛选条件。",
            "`after` is not a cursor of this list: changed, or from another citizen, field or filter.",
            argument="after",
        ) from None


def held_page(
    info: Info,
    coordinate: str,
    arguments: Mapping[str, Any],
    keys: Sequence[str],
    *,
    first: int,
    after: str | None,
) -> HeldPage:
    """The page of `keys` after the cursor. A key that has left the list since ends the walk at the place it had."""
    context: Context = info.context
    check_first(context, first)
    binding = walk_binding(context.citizen, coordinate, arguments)
    place = opened(context, binding, after)
    start = place_in(keys, place)
    chosen = keys[start : start + first]
    places = [Place((str(start + n + 1), key, "")) for n, key in enumerate(chosen)]
    cursors = cursors_of(context, info, binding, places)
    return HeldPage(chosen, cursors, start + first < len(keys), place is not None)


def place_in(keys: Sequence[str], place: Place | None) -> int:
    """Where to go on: after the key the cursor names, or at the index it had if it is gone."""
    if place is None:
        return 0
    index, key, _ = place.last
    return keys.index(key) + 1 if key in keys else min(int(index or 0), len(keys))
