"""Lists that are not paged across cities (insurance, funds, venues): every city's rows, in the order the cities were asked."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from channels.answer import Failure
from channels.deployment.snapshot import Channel
from resolvers.asking.opening import unopened_of
from resolvers.asking.question import MAX_PAGES, Question, endless, put, question
from resolvers.context import Context, Info
from resolvers.coverage import Outcome, coverage_row
from resolvers.faults import add_error, denied, failed
from resolvers.provenance import dress
from roaming import Denial
from roaming.higher import asked_once

Row = dict[str, Any]


async def gathered(
    info: Info, typename: str, operation: str, cities: Sequence[str], args: Mapping[str, Any] | None = None
) -> Row:
    """The `{nodes, coverage}` row over `cities`, all asked at once under the one deadline."""
    context: Context = info.context
    unopened = unopened_of(context, cities, operation)
    covered = asked_once(context.snapshot, operation, cities, context.home, context.today, unopened=unopened)
    async with asyncio.TaskGroup() as group:
        asked = [slug for slug in cities if slug not in covered]
        channels = [context.channel(slug) for slug in asked]
        tasks = [group.create_task(city_rows(context, typename, operation, c, args or {})) for c in channels]
    read = dict(zip(asked, (task.result() for task in tasks), strict=True))
    found = [
        read[slug] if slug in read else told_by(context, operation, slug, read[covered[slug]][0]) for slug in cities
    ]
    for outcome, _ in found:
        if outcome.failed and outcome.through is None and isinstance(outcome.refusal, Failure):
            add_error(context, info, failed(context, outcome.channel.slug, outcome.refusal))
    return {
        "nodes": [row for _, rows in found for row in rows],
        "coverage": [coverage_row(context, outcome, len(rows)) for outcome, rows in found],
    }


def told_by(context: Context, operation: str, slug: str, asked: Outcome) -> tuple[Outcome, list[Row]]:
    """A city that has the same item of the province or a ministry as the one asked: it fares like that one, without rows."""
    channel = context.watched(context.channel(slug), operation, asked.channel)
    return Outcome(context.channel(slug), asked.refusal, asked.stale, through=channel), []


async def city_rows(
    context: Context, typename: str, operation: str, channel: Channel, args: Mapping[str, Any]
) -> tuple[Outcome, list[Row]]:
    """One city's rows, all its pages."""
    asked = await question(context, channel, operation, args)
    if not isinstance(asked, Question):
        return Outcome(channel, asked), []
    rows: list[Row] = []
    outcome = Outcome(channel, agreement_id=asked.grant.agreement_id)
    position = None
    for _ in range(MAX_PAGES):
        page = await put(context, asked, position)
        if isinstance(page, Failure):
            return Outcome(channel, page), []
        rows += dress(context, asked, page, typename)
        as_of = min(outcome.as_of or page.as_of, page.as_of)
        stale = outcome.stale or page.stale
        outcome = replace(outcome, stale=stale, dropped=outcome.dropped + page.dropped, as_of=as_of)
        if (position := page.next) is None:
            return outcome, rows
    return Outcome(channel, endless()), []


async def every_row(
    context: Context, typename: str, operation: str, channel: Channel, args: Mapping[str, Any]
) -> list[Row]:
    """The rows of a field of one city. Raises the coded error of a denial or a failure, which empties the field."""
    outcome, rows = await city_rows(context, typename, operation, channel, args)
    match outcome.refusal:
        case Denial() as denial:
            raise denied(context, channel.slug, denial)
        case Failure() as failure:
            raise failed(context, channel.slug, failure)
    return rows
