"""`Citizen.accessLog`: who asked about the citizen beyond their home city, when, for what, and on which ground."""

from collections.abc import Mapping, Sequence
from typing import Any

from channels.deployment.snapshot import Channel
from resolvers.context import Context, Info
from resolvers.cursor import Place, walk_binding
from resolvers.faults import coded
from resolvers.ids import seal_id
from resolvers.paging import check_first, cursors_of, opened, page_info
from resolvers.provenance import city_row, instant
from roaming import LedgerUnavailable, Record, subject_of
from roaming.ledger import FROM_CACHE, SETTLED
from schema.codes import ErrorCode

Row = dict[str, Any]
COORDINATE = "Citizen.accessLog"
UNREADABLE = {
    "zh": "访问记录暂时无法读取,请稍后再试。",
    "en": "The access log cannot be read just now; try again later.",
}


async def access_log(
    source: Row, info: Info, cities: Sequence[str] | None = None, first: int = 20, after: str | None = None
) -> Row:
    """One page of the citizen's own records, the newest first. `cities`: only calls to these."""
    context: Context = info.context
    check_first(context, first)
    binding = walk_binding(context.citizen, COORDINATE, {"cities": None if cities is None else sorted(set(cities))})
    place = opened(context, binding, after)
    found = await records(context, cities, place, most=first + 1)
    shown = found[:first]
    cursors = cursors_of(context, info, binding, [Place((str(each.sequence), "", "")) for each in shown])
    nodes = [record_row(context, each) for each in shown]
    return {
        "edges": [{"node": node, "cursor": cursor} for node, cursor in zip(nodes, cursors, strict=True)],
        "nodes": nodes,
        "pageInfo": page_info(cursors, has_next=len(found) > first, has_previous=place is not None),
    }


async def records(
    context: Context, cities: Sequence[str] | None, place: Place | None, *, most: int
) -> tuple[Record, ...]:
    """The citizen's records after the cursor. Raises LEDGER_UNAVAILABLE."""
    visited = None if cities is None else [context.channel(slug).code for slug in cities]
    before = int(place.last[0] or 0) if place else None
    subject = subject_of(context.citizen or "")
    try:
        return await context.services.ledger.records_of(subject, visited=visited, before=before, most=most)
    except LedgerUnavailable:
        raise coded(context, ErrorCode.LEDGER_UNAVAILABLE, UNREADABLE) from None


def record_row(context: Context, record: Record) -> Row:
    """The AccessRecord row."""
    usage, by_code = record.usage, channels_by_code(context)
    return {
        "__typename": "AccessRecord",
        "at": instant(usage.at),
        "home": shown_city(context, by_code.get(usage.home)),
        "visited": shown_city(context, by_code.get(usage.visited)),
        "operation": usage.operation,
        "purpose": usage.purpose,
        "agreementId": usage.agreement,
        "consentId": seal_id(context.services.sealer, "Consent", "", usage.consent) if usage.consent else None,
        "outcome": usage.outcome.value,
        "code": usage.code if usage.code in ErrorCode.__members__ else None,
        "fromCache": usage.code == FROM_CACHE,
        "settled": usage.call.endswith(SETTLED),
        "app": usage.app,
        "actedByOther": usage.actor is not None,
    }


def channels_by_code(context: Context) -> Mapping[str, Channel]:
    return {channel.code: channel for channel in context.snapshot.channels.values()}


def shown_city(context: Context, channel: Channel | None) -> Row | None:
    return None if channel is None else city_row(context, channel)


ANSWERS = {COORDINATE: access_log}
