"""One city's view: `roam(city:)` and what a citizen finds there."""

from collections.abc import Mapping, Sequence
from typing import Any

from channels.answer import Failure
from roaming import Denial, standing

from .bills import bills_of
from .catalogue import services_page
from .cities import channel_of
from .context import Context, Info
from .faults import denied, failed, invalid
from .ids import open_id, seal_id
from .lists import city_rows, gathered
from .notices import notices_of
from .paging import held_page
from .provenance import city_row, dress
from .single import one_page, one_row

Row = dict[str, Any]


async def roam(_: None, info: Info, city: str) -> Row:
    return {"city": city_row(info.context, info.context.channel(city)), "slug": city}


async def scope_standing(source: Row, info: Info) -> str:
    context: Context = info.context
    return standing(context.snapshot, channel_of(context, source), context.home, context.today)


async def scope_services(source: Row, info: Info, **arguments: Any) -> Row:
    return services_page(info.context, "CityScope.services", [source["slug"]], **arguments)


async def scope_bills(
    source: Row,
    info: Info,
    filter: Mapping[str, Any] | None = None,  # noqa: A002 - the argument's name in the graph
    first: int = 20,
    after: str | None = None,
) -> Row:
    return await bills_of(info.context, info, [source["slug"]], filter or {}, first=first, after=after)


async def scope_social_insurance(source: Row, info: Info) -> Row:
    return await gathered(info.context, info, "SocialInsuranceAccount", "social.accounts", [source["slug"]])


async def scope_notices(
    source: Row, info: Info, kinds: Sequence[str] | None = None, first: int = 20, after: str | None = None
) -> Row:
    return await notices_of(info.context, info, [source["slug"]], kinds, first=first, after=after)


async def venues(
    source: Row, info: Info, kind: str, keyword: str | None = None, first: int = 20, after: str | None = None
) -> Row:
    """The venues of one kind; the city narrows by keyword, the kind is checked here."""
    context: Context = info.context
    args = {"kind": kind, "keyword": keyword}
    outcome, rows = await city_rows(context, "Venue", "venues.list", source["slug"], args)
    match outcome.refusal:
        case Denial() as denial:
            raise denied(context, source["slug"], denial)
        case Failure() as failure:
            raise failed(context, source["slug"], failure)
    nodes = {row["id"]: row for row in rows if row["kind"] == kind}
    page = held_page(
        context, "CityScope.venues", {"city": source["slug"], **args}, list(nodes), first=first, after=after
    )
    return {"nodes": [nodes[key] for key in page.chosen], "pageInfo": page.info()}


async def slots(source: Row, info: Info, venue_id: str, date: str, department: str | None = None) -> list[Row]:
    """The bookable slots of one venue on one day, earliest first."""
    context: Context = info.context
    venue = open_id(context.services.sealer, venue_id, "Venue")
    if venue is None or venue.city != source["slug"]:
        zh, en = "venueId 不是本城市机构的 id。", "`venueId` is not the id of a venue of this city."
        raise invalid(context, zh, en, argument="venueId")
    args = {"venueId": venue.local, "department": department, "date": date}
    asked, page = await one_page(context, channel_of(context, source), "slots.list", args)
    rows = [
        row | {"venueId": seal_id(context.services.sealer, "Venue", source["slug"], row["venueId"])}
        for row in dress(context, asked, page, "Slot")
        if department is None or row["department"] in (None, department)
    ]
    return sorted(rows, key=lambda row: (row["startsAt"], row["localId"]))


async def ride_code(source: Row, info: Info) -> Row | None:
    context: Context = info.context
    return await one_row(context, channel_of(context, source), "transit.ride_code", "RideCode", {})


ANSWERS = {
    "Query.roam": roam,
    "CityScope.standing": scope_standing,
    "CityScope.services": scope_services,
    "CityScope.bills": scope_bills,
    "CityScope.socialInsurance": scope_social_insurance,
    "CityScope.venues": venues,
    "CityScope.slots": slots,
    "CityScope.notices": scope_notices,
    "CityScope.rideCode": ride_code,
}
