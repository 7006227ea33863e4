"""Cities and what they publish about themselves, answered from the snapshot."""

from collections.abc import Sequence
from typing import Any

from channels.deployment.snapshot import Channel
from channels.measured.badges import NO_BADGE
from resolvers.context import Context, Info
from resolvers.fields.catalogue import services_page
from resolvers.fields.sharing import share_row
from resolvers.provenance import city_row
from roaming import shares

Row = dict[str, Any]


def channel_of(context: Context, city: Row) -> Channel:
    return context.channel(city["slug"])


def cities(_: None, info: Info, status: Sequence[str] | None = None) -> list[Row]:
    context: Context = info.context
    channels = context.snapshot.channels.values()
    return [city_row(context, channel) for channel in channels if status is None or channel.status in status]


def city(_: None, info: Info, id: str) -> Row:  # noqa: A002 - the argument's name in the graph
    return city_row(info.context, info.context.channel(id))


def city_services(source: Row, info: Info, **arguments: Any) -> Row:
    return services_page(info, "City.services", [source["slug"]], **arguments)


async def shared_with(source: Row, info: Info, city: str) -> list[Row]:
    """Which of this city's services are open to citizens of `city`, with the reason where one is not."""
    context: Context = info.context
    channel = channel_of(context, source)
    found = shares(context.snapshot, channel, city, context.today)
    return [await share_row(context, channel, city, share) for share in found]


def availability(source: Row, info: Info) -> str:
    return info.context.services.connections.health.of(source["slug"]).value


def badge(source: Row, info: Info) -> str:
    """Of the last conformance report, as long as it holds."""
    context: Context = info.context
    badges = context.services.badges
    return badges.of(channel_of(context, source)) if badges else NO_BADGE


def statistics(source: Row, info: Info) -> list[Row]:
    """Dated facts as published; contradictory ones stand side by side."""
    return [
        {
            "name": fact.name,
            "qualifier": fact.qualifier,
            "value": str(fact.value),
            "unit": fact.unit,
            "asOf": fact.as_of,
            "source": fact.source,
        }
        for fact in info.context.snapshot.statistics.get(source["code"], ())
    ]


ANSWERS = {
    "Query.cities": cities,
    "Query.city": city,
    "City.services": city_services,
    "City.sharedWith": shared_with,
    "City.availability": availability,
    "City.badge": badge,
    "City.statistics": statistics,
}
