"""Lists that are not paged across cities (insurance, funds): every city's rows, in the order the cities were asked."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from channels.answer import Failure

from .asking import Question, put, question
from .context import Context, Info
from .coverage import Outcome, coverage_row
from .faults import add_error, failed
from .provenance import dress

Row = dict[str, Any]
MAX_PAGES = 20  # of one city


async def gathered(
    context: Context,
    info: Info,
    typename: str,
    operation: str,
    cities: Sequence[str],
    args: Mapping[str, Any] | None = None,
) -> Row:
    """The `{nodes, coverage}` row over `cities`, all asked at once under the one deadline."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(city_rows(context, typename, operation, slug, args or {})) for slug in cities]
    found = [task.result() for task in tasks]
    for outcome, _ in found:
        if outcome.failed and isinstance(outcome.refusal, Failure):
            add_error(context, info, failed(context, outcome.channel.slug, outcome.refusal))
    return {
        "nodes": [row for _, rows in found for row in rows],
        "coverage": [coverage_row(context, outcome, len(rows)) for outcome, rows in found],
    }


async def city_rows(
    context: Context, typename: str, operation: str, slug: str, args: Mapping[str, Any]
) -> tuple[Outcome, list[Row]]:
    """One city's rows, all its pages."""
    channel = context.channel(slug)
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
        outcome = replace(outcome, dropped=outcome.dropped + page.dropped, as_of=page.as_of)
        if (position := page.next) is None:
            break
    return outcome, rows
