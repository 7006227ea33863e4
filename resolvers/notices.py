"""Public notices of several cities, newest first."""

from collections.abc import Sequence
from typing import Any

from .context import Context, Info
from .walk import Walk, walk_page

Row = dict[str, Any]
OPERATION = "notices.list"


async def notices(
    _: None,
    info: Info,
    cities: Sequence[str],
    kinds: Sequence[str] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Row:
    return await notices_of(info.context, info, list(dict.fromkeys(cities)), kinds, first=first, after=after)


async def notices_of(
    context: Context, info: Info, cities: Sequence[str], kinds: Sequence[str] | None, *, first: int, after: str | None
) -> Row:
    """The NoticeResult row."""
    walk = notice_walk(cities, kinds)
    row, _ = await walk_page(context, info, walk, first=first, after=after)
    return row


def notice_walk(cities: Sequence[str], kinds: Sequence[str] | None) -> Walk:
    """Notices of `cities`, only of `kinds` where given."""

    def keep(row: Row) -> bool:
        return kinds is None or row["kind"] in kinds

    return Walk("Notice", OPERATION, cities, lambda grant: {"kinds": kinds}, keep, {"kinds": kinds})


ANSWERS = {"Query.notices": notices}
