"""Where a walk over several cities stands: sealed into one opaque cursor, bound to the walk it belongs to.

The cursor holds the key of the last row handed out, the cities of the walk, the page to go on from in each, and the cities that
failed: they stay out of that walk, so that no row appears out of its order. A cursor of another citizen, field or filter does
not open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from identity.seal import BrokenSeal, Sealer

PURPOSE = "cursor"
MAX_LENGTH = 4_000
MAX_HINT, MAX_HINTS = 200, 1_200  # bytes: what a cursor carries of one city's own cursor, and of all
Position = str | int


@dataclass(frozen=True, slots=True)
class Place:
    """`last`: merge field, id and city of the last row.

    `pages`: where each city goes on; one that is missing is read from its first page. `out`: city → code of its failure.
    `whole`: cities that are read whole, since their order does not hold. `cities`: all of the walk; empty for a list that the
    gateway itself holds.
    """

    last: tuple[str | None, str, str]
    pages: Mapping[str, Position] = field(default_factory=dict)
    out: Mapping[str, str] = field(default_factory=dict)
    whole: Sequence[str] = ()
    cities: Sequence[str] = ()


class BadCursor(ValueError):
    """Not a cursor of this walk: forged, cut, or from another citizen, field or filter."""


def walk_binding(subject: str | None, coordinate: str, arguments: Mapping[str, Any]) -> str:
    """What a cursor is bound to: whose walk it is, over which field, asked how."""
    return sha256(orjson.dumps([subject, coordinate, arguments], option=orjson.OPT_SORT_KEYS)).hexdigest()


def seal_place(sealer: Sealer, binding: str, place: Place) -> str:
    """The cursor of `place`."""
    pages = affordable(place.pages)
    return sealer.seal(PURPOSE, binding, orjson.dumps([place.last, pages, place.out, place.whole, place.cities]))


def affordable(pages: Mapping[str, Position]) -> Mapping[str, Position]:
    """The pages that a cursor has room for; a city whose page is not carried is read again from its first one."""
    kept, room = {}, MAX_HINTS
    for city, page in pages.items():
        size = len(str(page).encode())
        if size <= min(MAX_HINT, room):
            kept[city], room = page, room - size
    return kept


def open_place(sealer: Sealer, binding: str, text: str) -> Place:
    """The place behind a cursor. Raises: BadCursor."""
    if len(text) > MAX_LENGTH:
        raise BadCursor
    try:
        last, pages, out, whole, cities = orjson.loads(sealer.open(PURPOSE, binding, text))
    except (BrokenSeal, ValueError) as broken:
        raise BadCursor from broken
    return Place((last[0], last[1], last[2]), pages, out, whole, cities)
