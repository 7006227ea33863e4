"""Refetching an object by its global id. What an id opens obeys the same rules as the field it came from."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from channels.answer import Failure
from resolvers.asking.delegation import refuse_personal_node
from resolvers.asking.single import find_rows
from resolvers.consent_rows import consent_rows
from resolvers.context import Context, Info
from resolvers.faults import denied, failed
from resolvers.fields.citizen import me
from resolvers.fields.launching import provider_at
from resolvers.fields.mandates import load_mandate
from resolvers.fields.subscriptions import present
from resolvers.ids import GlobalId, open_id
from resolvers.provenance import city_row
from resolvers.service_rows import provider_row, service_row
from roaming import Denial
from schema.declared import declared
from schema.guard import demand
from schema.marks import demanded

Row = dict[str, Any]
LISTED_IN = {"Bill": "bills.list", "Appointment": "appointments.list", "Notice": "notices.list", "Venue": "venues.list"}


async def node(_: None, info: Info, id: str) -> Row | None:  # noqa: A002 - the argument's name in the graph
    """The object, or null where the id is none of ours or the object is gone."""
    context: Context = info.context
    found = open_id(context.services.sealer, id)
    if found is None or (found.city and found.city not in context.snapshot.channels):
        return None
    demand_object(context, found.typename)
    refuse_personal_node(context, found.typename)
    if found.typename == "Citizen":
        return await me(None, info) if found.local == context.citizen else None
    return await LOADERS[found.typename](context, found) if found.typename in LOADERS else None


def demand_object(context: Context, typename: str) -> None:
    """Hold the viewer to the mark of the object's type, before anybody is asked. Raises: GraphQLError."""
    demand(context, demanded(declared().core, typename))


async def load_listed(context: Context, found: GlobalId) -> Row | None:
    """An object of a city, looked for in the list that names it."""
    return (await load_all_listed(context, found.typename, found.city, [found.local])).get(found.local)


async def load_all_listed(context: Context, typename: str, city: str, local_ids: Collection[str]) -> Mapping[str, Row]:
    """Objects of one city by its own ids, with one reading of their list. Raises the coded error of a denial or failure."""
    rows = await find_rows(context, context.channel(city), LISTED_IN[typename], typename, local_ids)
    match rows:
        case Denial():
            raise denied(context, city, rows)
        case Failure():
            raise failed(context, city, rows)
    return rows


async def load_application(context: Context, found: GlobalId) -> Row | None:
    return await present(context, context.channel(found.city), found.local)


async def load_city(context: Context, found: GlobalId) -> Row | None:
    return city_row(context, context.channel(found.city))


async def load_service(context: Context, found: GlobalId) -> Row | None:
    return service_row(context, found.local) if context.services.listing.items.get(found.local) else None


async def load_provider(context: Context, found: GlobalId) -> Row | None:
    entry = provider_at(context, found)
    return provider_row(context, *entry) if entry else None


async def load_consent(context: Context, found: GlobalId) -> Row | None:
    consent = await context.services.consents.at(context.citizen or "", found.local)
    return next(iter(await consent_rows(context, [consent] if consent else [])), None)


async def load_own_mandate(context: Context, found: GlobalId) -> Row | None:
    return await load_mandate(context, found.local)


LOADERS: dict[str, Callable[[Context, GlobalId], Awaitable[Row | None]]] = {
    **dict.fromkeys(LISTED_IN, load_listed),
    "Application": load_application,
    "City": load_city,
    "Service": load_service,
    "ServiceProvider": load_provider,
    "Consent": load_consent,
    "Mandate": load_own_mandate,
}
ANSWERS = {"Query.node": node}
