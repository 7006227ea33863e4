"""From a city's rows to the graph's rows: type name, global id, and where the row came from."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from channels.answer import Page
from channels.deployment.snapshot import Channel
from resolvers.asking.question import Question
from resolvers.context import Context
from resolvers.fixed import CHINA
from resolvers.ids import seal_id
from roaming import Grant

Row = dict[str, Any]


def instant(at: datetime) -> str:
    """A moment as the graph writes it: RFC 3339 in the cities' time zone, whole seconds."""
    return at.astimezone(CHINA).isoformat(timespec="seconds")


def city_row(context: Context, channel: Channel) -> Row:
    """The City row of a channel."""
    return context.services.listing.cities[channel.slug]


def source_row(context: Context, channel: Channel, operation: str, page: Page, grant: Grant, kind: str | None) -> Row:
    """The Provenance row that the rows of one kind on one page share."""
    return {
        "city": city_row(context, channel),
        "department": department(channel, operation, kind, context),
        "asOf": instant(page.as_of),
        "fromCache": page.from_cache,
        "agreementId": grant.agreement_for(kind),
    }


def dress(context: Context, asked: Question, page: Page, typename: str) -> list[Row]:
    """The rows of one page as graph rows of `typename`."""
    source_of: dict[str | None, Row] = {}
    for kind in dict.fromkeys(row.get("kind") for row in page.rows):
        source_of[kind] = source_row(context, asked.channel, asked.operation, page, asked.grant, kind)
    return [dressed(context, asked.channel, row, typename, source_of[row.get("kind")]) for row in page.rows]


def one_dressed(context: Context, asked: Question, page: Page, row: Row, typename: str) -> Row:
    """One row of a page as a graph row of `typename`."""
    return dress(context, asked, replace(page, rows=(row,)), typename)[0]


def dressed(context: Context, channel: Channel, row: Row, typename: str, source: Row) -> Row:
    """One graph row. The city's own id stays beside it under `localId`, which no field of the graph reads."""
    local = row.get("id")
    identity = (
        {"id": seal_id(context.services.sealer, typename, channel.slug, local), "localId": local} if local else {}
    )
    return {**row, **identity, "__typename": typename, "source": source}


def department(channel: Channel, operation: str, kind: str | None, context: Context) -> str | None:
    """Who answers: the department whose service lists the operation and covers the kind, when there is just one such."""
    listing = [p for p in channel.providers if operation in p.operations]
    covering = [p for p in listing if covers(context, p.code, kind)] or listing
    return only(p.department for p in covering)


def covers(context: Context, service: str, kind: str | None) -> bool:
    item = context.snapshot.register.get(service)
    return bool(kind and item and kind in item.kinds)


def only(names: Iterable[str]) -> str | None:
    """The one name among `names`; None where there are several."""
    found = set(names)
    return found.pop() if len(found) == 1 else None
