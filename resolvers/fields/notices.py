"""Public notices of several cities, newest first."""

from collections.abc import Sequence
from typing import Any

from resolvers.asking.connection import walk_page
from resolvers.asking.walk import Walk
from resolvers.context import Info

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
    row, _merged = await walk_page(info, notice_walk(cities, kinds), first=first, after=after)
    return row


def notice_walk(cities: Sequence[str], kinds: Sequence[str] | None) -> Walk:
    """Notices of `cities`, each asked once; only of `kinds` where given."""

    def keep(row: Row) -> bool:
        return kinds is None or row["kind"] in kinds

    return Walk(OPERATION, list(dict.fromkeys(cities)), lambda grant: {"kinds": kinds}, keep, {"kinds": kinds})


ANSWERS = {"Query.notices": notices}
