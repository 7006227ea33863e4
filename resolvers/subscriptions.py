"""What changes by itself: the progress of an application, new notices, the availability of the channels.

Cities do not push, so the first two ask again at the interval the channel declares; each round has a deadline of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from channels.answer import Failure
from channels.snapshot import Channel
from roaming import Denial
from schema.codes import ErrorCode

from .asking import ask_city
from .context import Context, Info
from .faults import coded, denied, failed
from .ids import GlobalId, open_id
from .notices import notice_walk
from .provenance import city_row, dress
from .walk import merge_cities, node_row

Row = dict[str, Any]
NOTICES_EVERY_SECONDS = 15.0
PROGRESS_EVERY_SECONDS = 30.0
RECENT_NOTICES = 20
MAX_KNOWN = 10_000
ENDED = frozenset({"COMPLETED", "REJECTED", "WITHDRAWN"})


async def application_progress(_: None, info: Info, id: str) -> AsyncIterator[Row]:  # noqa: A002 - the argument's name
    """The application now, then again whenever it has changed, until it has ended."""
    context: Context = info.context
    case = open_id(context.services.sealer, id, "Application")
    if case is None:
        raise coded(context, ErrorCode.NOT_FOUND)
    channel = context.channel(case.city)
    every, until = polling(channel)
    told: Row | None = None
    while told is None or told["state"] not in until:
        context.renew()
        row = await present(context, channel, case)
        if told is None or progress(row) != progress(told):
            yield row
            told = row
        if row["state"] not in until:
            await asyncio.sleep(every)


def polling(channel: Channel) -> tuple[float, frozenset[str]]:
    """How often to ask, in seconds, and the states that end it."""
    declared = channel.config.operations.get("applications.get")
    poll = declared.poll if declared else None
    return (poll.every.total_seconds(), frozenset(poll.until)) if poll else (PROGRESS_EVERY_SECONDS, ENDED)


def progress(row: Row) -> tuple[Any, ...]:
    return row["state"], row["updatedAt"], len(row["steps"])


async def present(context: Context, channel: Channel, case: GlobalId) -> Row:
    """The application as its city has it now. Raises the coded error of a denial, a failure, or an unknown case."""
    answer = await ask_city(context, channel, "applications.get", {"ids": [case.local]})
    match answer:
        case Denial():
            raise denied(context, channel.slug, answer)
        case Failure():
            raise failed(context, channel.slug, answer)
    asked, page = answer
    row = next(iter(dress(context, asked, page, "Application")), None)
    if row is None:
        raise coded(context, ErrorCode.NOT_FOUND, city=channel.slug)
    return row


async def notice_published(
    _: None, info: Info, cities: Sequence[str], kinds: Sequence[str] | None = None
) -> AsyncIterator[Row]:
    """Every notice that appears from now on, each once, in the order of publication."""
    context: Context = info.context
    walk = notice_walk(list(dict.fromkeys(cities)), kinds)
    known: dict[str, None] | None = None
    while True:
        context.renew()
        merged = await merge_cities(context, walk, None, first=RECENT_NOTICES * len(walk.cities), whole=False)
        rows = [node_row(context, walk, reading, placed) for reading, placed in merged.rows]
        if known is not None:
            for row in reversed([row for row in rows if row["id"] not in known]):
                yield row
        known = dict.fromkeys([*(known or {}), *(row["id"] for row in rows)][-MAX_KNOWN:])
        await asyncio.sleep(NOTICES_EVERY_SECONDS)


async def channel_availability(_: None, info: Info, cities: Sequence[str] | None = None) -> AsyncIterator[Row]:
    """Each city once as it is now, then each city whenever its availability changes."""
    context: Context = info.context
    wanted = [slug for slug in context.snapshot.channels if cities is None or slug in cities]
    for slug in wanted:
        yield city_row(context, context.channel(slug))
    async for slug, _state in context.services.connections.health.subscribe():
        if slug in wanted:
            yield city_row(context, context.channel(slug))


ANSWERS = {
    "Subscription.applicationProgress": application_progress,
    "Subscription.noticePublished": notice_published,
    "Subscription.channelAvailability": channel_availability,
}
