"""What changes by itself: the progress of an application, new notices, the availability of the channels.

Cities do not push: an application is asked for again at the interval that its channel declares, notices at our own. Each round
has a deadline of its own. A subscription ends with the token it was opened with: a stream must not outlive the sign-in.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any, cast

from channels.answer import Failure
from channels.deployment.snapshot import Channel
from channels.failures import PASSING
from resolvers.asking.delegation import unnamed
from resolvers.asking.question import ask_city
from resolvers.asking.walk import Reading, node_row, read_cities
from resolvers.context import Context, Info
from resolvers.faults import coded, denied, failed
from resolvers.fields.notices import notice_walk
from resolvers.provenance import city_row, dress
from resolvers.writing.held import MARK, case_of, deliveries_of, held_id, row_of
from roaming import Denial
from schema.codes import ErrorCode

Row = dict[str, Any]
Stream = AsyncGenerator[Row, None]
GET = "applications.get"
NOTICES_EVERY_SECONDS = 15.0
PROGRESS_EVERY_SECONDS = 30.0
HELD_EVERY_SECONDS = 2.0
RECENT_NOTICES = 20  # of each city
MAX_KNOWN = 10_000
ENDED = frozenset({"COMPLETED", "REJECTED", "WITHDRAWN"})


def while_signed_in(answer: Callable[..., Stream]) -> Callable[..., Stream]:
    """The stream of `answer`, ended with UNAUTHENTICATED when the viewer's token ends; nobody's stream has no such end."""

    async def ending(source: None, info: Info, **arguments: Any) -> Stream:
        context: Context = info.context
        async with aclosing(answer(source, info, **arguments)) as rows:
            while True:
                try:
                    async with asyncio.timeout(seconds_left(context)) as limit:
                        row = await anext(rows, None)
                except TimeoutError:
                    if not limit.expired():
                        raise
                    raise coded(context, ErrorCode.UNAUTHENTICATED, SIGN_IN_ENDED) from None
                if row is None:
                    return
                yield row

    return ending


SIGN_IN_ENDED = {"zh": "登录已到期,请重新登录后再订阅。", "en": "The sign-in has ended; sign in and subscribe again."}


def seconds_left(context: Context) -> float | None:
    """Until the viewer's token ends; None for nobody."""
    ends = context.viewer.expires_at
    return max((ends - context.now).total_seconds(), 0.0) if ends else None


@while_signed_in
async def application_progress(_: None, info: Info, id: str) -> Stream:  # noqa: A002 - the argument's name in the graph
    """The application now, then again whenever it has changed, until it has ended. A passing fault is sat out."""
    context: Context = info.context
    channel, case = context.locate(id, "Application") or (None, "")
    if channel is None:
        raise coded(context, ErrorCode.NOT_FOUND)
    every, until = polling(channel)
    told = await present(context, channel, case)
    yield told
    while told["state"] not in until:
        # A consent taken back meanwhile ends the sleep: the next look is then refused, and so the stream ends.
        await context.services.consents.withdrawals.wait(context.citizen, channel.slug, pace(told, every))
        context.renew()
        channel = context.snapshot.channels.get(channel.slug, channel)
        row = await looked_up(context, channel, case)
        if isinstance(row, Failure) and row.code in PASSING:
            continue
        row = row_or_error(context, channel, row)
        if progress(row) != progress(told) and since(row) >= since(told):
            told = row
            yield told


def polling(channel: Channel) -> tuple[float, frozenset[str]]:
    """How often to ask, in seconds, and the states that end it."""
    declared = channel.config.operations.get("applications.get")
    poll = declared.poll if declared else None
    return (poll.every.total_seconds(), frozenset(poll.until)) if poll else (PROGRESS_EVERY_SECONDS, ENDED)


def pace(told: Row, every: float) -> float:
    """Seconds until the next look: what is still at the gateway is looked at more often, for it costs no city anything."""
    return min(every, HELD_EVERY_SECONDS) if told["localId"].startswith(MARK) else every


def progress(row: Row) -> tuple[Any, ...]:
    return row["caseNo"], row["state"], row["updatedAt"], len(row["steps"] or ())


def since(row: Row) -> datetime:
    """When the city said so: while it cannot answer, a look may give less than was told already."""
    return datetime.fromisoformat(row["source"]["asOf"])


async def present(context: Context, channel: Channel, case: str) -> Row:
    """The application as its city has it now. Raises the coded error of a denial, a failure, or an unknown case."""
    return row_or_error(context, channel, await looked_up(context, channel, case))


async def looked_up(context: Context, channel: Channel, case: str) -> Row | Denial | Failure | None:
    """The application with the city's own id `case`; None where the city has no such."""
    if case.startswith(MARK):
        return await held_row(context, channel, case)
    answer = await ask_city(context, channel, GET, {"ids": [case]})
    if isinstance(answer, Denial | Failure):
        return answer
    asked, page = answer
    return next(iter(dress(context, asked, page, "Application")), None)


async def held_row(context: Context, channel: Channel, case: str) -> Row | Denial | Failure | None:
    """An application by the id that was given while its city was down: as held, or the case that became of it."""
    if refused := await unnamed(context, GET, channel.slug):
        return refused
    delivery = await deliveries_of(context.services).at(context.citizen or "", case.removeprefix(MARK))
    if delivery is None or delivery.city != channel.slug:
        return None
    own = case_of(context, delivery)
    if own is None:
        return row_of(context, delivery)
    found = await looked_up(context, channel, own)
    return found | {"id": held_id(context, channel, delivery.number)} if isinstance(found, dict) else found


def row_or_error(context: Context, channel: Channel, found: Row | Denial | Failure | None) -> Row:
    """The row. Raises the coded error of what came instead."""
    match found:
        case None:
            raise coded(context, ErrorCode.NOT_FOUND, city=channel.slug)
        case Denial():
            raise denied(context, channel.slug, found)
        case Failure():
            raise failed(context, channel.slug, found)
    return found


@while_signed_in
async def notice_published(_: None, info: Info, cities: Sequence[str], kinds: Sequence[str] | None = None) -> Stream:
    """Every notice that appears from now on, each once, in the order of publication.

    What a city has at its first answer is known, not news: also when that answer is late because the city was away.
    """
    context: Context = info.context
    walk = notice_walk(cities, kinds)
    known: dict[str, None] = {}
    heard: set[str] = set()
    while True:
        context.renew()
        news = []
        readings = await read_cities(context, walk, None, want=RECENT_NOTICES)
        refuse_silence(context, readings)
        for reading in readings:
            rows = [node_row(context, walk, reading, placed) for placed in reading.rows[:RECENT_NOTICES]]
            news += [row for row in rows if reading.slug in heard and row["id"] not in known]
            known |= dict.fromkeys(row["id"] for row in rows)
            heard |= {reading.slug} if reading.read else set()
        for row in sorted(news, key=lambda row: (row["publishedAt"], row["id"])):
            yield row
        known = dict.fromkeys(list(known)[-MAX_KNOWN:])
        await asyncio.sleep(NOTICES_EVERY_SECONDS)


def refuse_silence(context: Context, readings: Sequence[Reading]) -> None:
    """Raises NOT_OFFERED when none of the cities publishes notices: such a stream would wait for ever."""
    never = [r for r in readings if isinstance(r.outcome.refusal, Denial) and not r.outcome.refusal.offered]
    if readings and len(never) == len(readings):
        raise coded(context, ErrorCode.NOT_OFFERED, city=never[0].slug)


@while_signed_in
async def channel_availability(_: None, info: Info, cities: Sequence[str] | None = None) -> Stream:
    """Each city once as it is now, then each city whenever its availability changes."""
    context: Context = info.context
    shown = [channel.slug for channel in context.services.listing.shown]
    wanted = list(dict.fromkeys(cities)) if cities is not None else shown
    health = context.services.connections.health
    told: dict[str, str] = {}
    # Whoever reads slowly may miss a change while the first rows go out: say those again before listening.
    while changed := [slug for slug in wanted if health.of(slug) != told.get(slug)]:
        for slug in changed:
            told[slug] = health.of(slug)
            yield city_row(context, context.channel(slug))
    async with aclosing(cast("AsyncGenerator[tuple[str, str], None]", health.subscribe())) as changes:
        async for slug, _state in changes:
            if slug in wanted:
                yield city_row(context, context.channel(slug))


ANSWERS = {
    "Subscription.applicationProgress": application_progress,
    "Subscription.noticePublished": notice_published,
    "Subscription.channelAvailability": channel_availability,
}
