"""One city's view: `roam(city:)` and what a citizen finds there."""

from collections.abc import Mapping, Sequence
from typing import Any

from resolvers.asking.connection import walk_page
from resolvers.asking.lists import every_row, gathered
from resolvers.asking.single import one_row
from resolvers.context import Context, Info
from resolvers.faults import invalid
from resolvers.fields.bills import bill_walk, bills_of
from resolvers.fields.catalogue import services_page
from resolvers.fields.cities import channel_of
from resolvers.fields.citizen import walked_in
from resolvers.fields.notices import notice_walk
from resolvers.paging import held_page
from resolvers.provenance import city_row
from roaming import standing

Row = dict[str, Any]
APPLICATIONS = "applications.list"


async def roam(_: None, info: Info, city: str) -> Row:
    return {"city": city_row(info.context, info.context.channel(city)), "slug": city}


async def scope_standing(source: Row, info: Info) -> str:
    context: Context = info.context
    return standing(context.snapshot, channel_of(context, source), context.home, context.today)


async def scope_services(source: Row, info: Info, **arguments: Any) -> Row:
    return services_page(info, "CityScope.services", [source["slug"]], **arguments)


async def scope_bills(
    source: Row,
    info: Info,
    filter: Mapping[str, Any] | None = None,  # noqa: A002 - the argument's name in the graph
    first: int = 20,
    after: str | None = None,
) -> Row:
    return await bills_of(info, bill_walk([source["slug"]], filter or {}), first=first, after=after)


async def scope_social_insurance(source: Row, info: Info) -> Row:
    return await gathered(info, "SocialInsuranceAccount", "social.accounts", [source["slug"]])


async def scope_applications(
    source: Row, info: Info, state: Sequence[str] | None = None, first: int = 20, after: str | None = None
) -> Row:
    asked = [source["slug"]]
    return await walked_in(info, APPLICATIONS, asked, {"state": state}, first=first, after=after, named=True)


async def scope_notices(
    source: Row, info: Info, kinds: Sequence[str] | None = None, first: int = 20, after: str | None = None
) -> Row:
    row, _ = await walk_page(info, notice_walk([source["slug"]], kinds), first=first, after=after)
    return row


async def venues(
    source: Row, info: Info, kind: str, keyword: str | None = None, first: int = 20, after: str | None = None
) -> Row:
    """The venues of one kind; the city narrows by keyword, the kind is checked here."""
    args = {"kind": kind, "keyword": keyword}
    rows = await every_row(info.context, "Venue", "venues.list", channel_of(info.context, source), args)
    nodes = {row["id"]: row for row in rows if row["kind"] == kind}
    asked = {"city": source["slug"], **args}
    page = held_page(info, "CityScope.venues", asked, list(nodes), first=first, after=after)
    return {"nodes": [nodes[key] for key in page.chosen], "pageInfo": page.info()}


async def slots(source: Row, info: Info, venue_id: str, date: str, department: str | None = None) -> list[Row]:
    """The bookable slots of one venue on one day, earliest first."""
    context: Context = info.context
    channel, local = context.locate(venue_id, "Venue") or (None, "")
    if channel is None or channel.slug != source["slug"]:
        zh, en = "venueId 不是本城市机构的 id。", "`venueId` is not the id of a venue of this city."
        raise invalid(context, zh, en, argument="venueId")
    args = {"venueId": local, "department": department, "date": date}
    rows = [
        row | {"venueId": venue_id}
        for row in await every_row(context, "Slot", "slots.list", channel, args)
        if answers(row, args)
    ]
    return sorted(rows, key=lambda row: (row["startsAt"], row["localId"]))


def answers(slot: Row, asked: Mapping[str, Any]) -> bool:
    """Is the slot of the venue, day and department that were asked for? What a city leaves out counts as such."""
    named = all(asked[name] is None or slot.get(name) in (None, asked[name]) for name in ("venueId", "department"))
    return named and slot["startsAt"].startswith(asked["date"])


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
    "CityScope.applications": scope_applications,
    "CityScope.notices": scope_notices,
    "CityScope.rideCode": ride_code,
}
