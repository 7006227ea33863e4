"""Fields of one city: the answer, or null with one coded error."""

from collections.abc import Collection, Mapping
from typing import Any

from channels.answer import Failure, Page
from channels.deployment.snapshot import Channel
from resolvers.asking.question import MAX_PAGES, Question, ask_city, endless, put, question
from resolvers.context import Context
from resolvers.faults import denied, failed
from resolvers.provenance import one_dressed
from roaming import Denial

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
    found = await find_rows(context, channel, operation, typename, {local_id})
    return found.get(local_id) if isinstance(found, dict) else found


async def find_rows(
    context: Context, channel: Channel, operation: str, typename: str, local_ids: Collection[str]
) -> dict[str, Row] | Failure | Denial:
    """The rows with these ids in one list of a city, dressed, by id; the list is read once, as far as it must be."""
    asked = await question(context, channel, operation, {})
    if not isinstance(asked, Question):
        return asked
    asked, position = asked.narrowed(), None
    found: dict[str, Row] = {}
    missing = set(local_ids)
    for _ in range(MAX_PAGES):
        page = await put(context, asked, position)
        if isinstance(page, Failure):
            return page
        rows = {row["id"]: row for row in page.rows if row["id"] in missing}
        missing -= rows.keys()
        covered = {i: row for i, row in rows.items() if asked.grant.covers(row.get("kind"))}
        found |= {i: one_dressed(context, asked, page, row, typename) for i, row in covered.items()}
        if not missing or (position := page.next) is None:
            return found
    return endless()
