"""Fields of one city: the answer, or null with one coded error."""

from collections.abc import Mapping
from typing import Any

from channels.answer import Failure, Page
from channels.snapshot import Channel
from roaming import Denial

from .asking import MAX_PAGES, Question, ask_city, endless, put, question
from .context import Context
from .faults import denied, failed
from .provenance import one_dressed

Row = dict[str, Any]


async def one_page(
    context: Context, channel: Channel, operation: str, args: Mapping[str, Any]
) -> tuple[Question, Page]:
    """Question and page. Raises the coded error of a denial or a failure, which empties the field."""
    answer = await ask_city(context, channel, operation, args)
    match answer:
        case Denial():
            raise denied(context, channel.slug, answer)
        case Failure():
            raise failed(context, channel.slug, answer)
    return answer


async def one_row(
    context: Context, channel: Channel, operation: str, typename: str, args: Mapping[str, Any]
) -> Row | None:
    """The one row of an item operation, dressed; None where the city has none."""
    asked, page = await one_page(context, channel, operation, args)
    return one_dressed(context, asked, page, page.rows[0], typename) if page.rows else None


async def find_row(
    context: Context, channel: Channel, operation: str, typename: str, local_id: str
) -> Row | Failure | Denial | None:
    """The row with the city's own id `local_id` in one of its lists, dressed; None where no page has it."""
    asked = await question(context, channel, operation, {})
    if not isinstance(asked, Question):
        return asked
    asked = asked.narrowed()
    position = None
    for _ in range(MAX_PAGES):
        page = await put(context, asked, position)
        if isinstance(page, Failure):
            return page
        for row in page.rows:
            if row["id"] == local_id:
                return one_dressed(context, asked, page, row, typename) if asked.grant.covers(row.get("kind")) else None
        if (position := page.next) is None:
            return None
    return endless()
