"""Refetching an object by its global id. What an id opens obeys the same rules as the field it came from."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from channels.answer import Failure
from roaming import Denial
from schema.bind import demand
from schema.codes import AssuranceLevel

from .citizen import me
from .consenting import consent_rows
from .context import Context, Info
from .faults import denied, failed
from .ids import GlobalId, open_id
from .launching import provider_at
from .provenance import city_row
from .services import provider_row, service_row
from .single import find_rows
from .subscriptions import present

Row = dict[str, Any]
LISTED_IN = {"Bill": "bills.list", "Appointment": "appointments.list", "Notice": "notices.list", "Venue": "venues.list"}
PERSONAL = frozenset({"Bill", "Appointment", "Application"})


async def node(_: None, info: Info, id: str) -> Row | None:  # noqa: A002 - the argument's name in the graph
    """The object, or null where the id is none of ours or the object is gone."""
    context: Context = info.context
    found = open_id(context.services.sealer, id)
    if found is None or (found.city and found.city not in context.snapshot.channels):
        return None
    if found.typename in PERSONAL:
        demand(context, AssuranceLevel.REAL_NAME)
    if found.typename == "Citizen":
        return await me(None, info) if found.local == context.citizen else None
    return await LOADERS[found.typename](context, found) if found.typename in LOADERS else None


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
    return next(iter(consent_rows(context, [consent] if consent else [])), None)


LOADERS: dict[str, Callable[[Context, GlobalId], Awaitable[Row | None]]] = {
    **dict.fromkeys(LISTED_IN, load_listed),
    "Application": load_application,
    "City": load_city,
    "Service": load_service,
    "ServiceProvider": load_provider,
    "Consent": load_consent,
}
ANSWERS = {"Query.node": node}
