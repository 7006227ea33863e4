"""The catalogue: canonical services, who provides them, and which provider is best for the one who asks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from channels.declared.providers import Provider
from channels.deployment.snapshot import Channel
from resolvers.context import Context, Info
from resolvers.fields.sharing import share_row
from resolvers.paging import held_page
from resolvers.service_rows import provider_row, service_row
from roaming import shares
from roaming.shares import closed, share

Row = dict[str, Any]
Listed = tuple[Channel, Provider]
CHOICES: Mapping[str, Callable[[Any], Any]] = {
    "themes": attrgetter("theme"),
    "types": attrgetter("type"),
    "sources": attrgetter("source"),
    "statuses": attrgetter("status"),
}


def services(_: None, info: Info, **arguments: Any) -> Row:
    return services_page(info, "Query.services", None, **arguments)


def service(_: None, info: Info, code: str) -> Row | None:
    return service_row(info.context, code) if code in info.context.services.listing.items else None


def services_page(
    info: Info,
    coordinate: str,
    cities: Sequence[str] | None,
    filter: Mapping[str, Any] | None = None,  # noqa: A002 - the argument's name in the graph
    first: int = 20,
    after: str | None = None,
) -> Row:
    """A page of the services that some provider, in one of `cities`, lists and the filter keeps."""
    context: Context = info.context
    chosen = filter or {}
    codes = dict.fromkeys(provider.code for _, provider in listed(context, cities, chosen))
    ordered = in_register_order(context, codes)
    page = held_page(info, coordinate, {"cities": cities, "filter": chosen}, ordered, first=first, after=after)
    nodes = {code: service_row(context, code) for code in page.chosen}
    return page.connection(nodes) | {"totalCount": len(ordered)}


def in_register_order(context: Context, codes: Iterable[str]) -> list[str]:
    """The shared register first, in its own order; then the cities' own services as they list them."""
    place = {code: index for index, code in enumerate(context.snapshot.register)}
    return sorted(codes, key=lambda code: place.get(code, len(place)))


def listed(context: Context, cities: Sequence[str] | None, chosen: Mapping[str, Any]) -> Iterable[Listed]:
    """The providers that pass the filter. Without cities, all shown channels are looked through."""
    roamable, passes = chosen.get("roamableFrom"), passing(chosen)
    for channel in looked_through(context, cities, chosen.get("cities")):
        open_to = allowed_codes(context, channel, roamable) if roamable else None
        for provider in channel.providers:
            if passes(provider) and (open_to is None or provider.code in open_to):
                yield channel, provider


def looked_through(context: Context, *chosen: Sequence[str] | None) -> Iterable[Channel]:
    """The channels that every choice names; the shown ones where nothing is chosen."""
    given = [slugs for slugs in chosen if slugs is not None]
    channels = context.snapshot.channels.values() if given else context.services.listing.shown
    return (channel for channel in channels if all(channel.slug in slugs for slugs in given))


def allowed_codes(context: Context, channel: Channel, home: str) -> frozenset[str]:
    """The services of `channel` that a citizen of `home` may use."""
    return frozenset(s.service for s in shares(context.snapshot, channel, home, context.today) if s.allowed)


def passing(chosen: Mapping[str, Any]) -> Callable[[Provider], bool]:
    """The test of a provider: only what the filter names is looked at, for a catalogue has hundreds of them."""
    tests = [(read, chosen[name]) for name, read in CHOICES.items() if chosen.get(name) is not None]
    if (highlight := chosen.get("highlight")) is not None:
        tests.append((attrgetter("highlight"), (highlight,)))
    return lambda provider: all(read(provider) in wanted for read, wanted in tests)


def providers(
    source: Row, info: Info, cities: Sequence[str] | None = None, status: Sequence[str] | None = None
) -> list[Row]:
    """Every city × department that lists the service."""
    context: Context = info.context
    channels = {channel.slug for channel in looked_through(context, cities)}
    return [
        provider_row(context, channel, provider)
        for channel, provider in context.services.listing.offering.get(source["code"], ())
        if channel.slug in channels and (status is None or provider.status in status)
    ]


def best(source: Row, info: Info) -> Row | None:
    """The provider to send the viewer to: a LIVE one before others, at home before where an agreement lets them roam."""
    context: Context = info.context
    offering = context.services.listing.offering.get(source["code"], ())
    usable = [(channel, provider) for channel, provider in offering if may_use(context, channel, provider)]
    chosen = min(usable, key=lambda entry: (entry[1].status != "LIVE", entry[0].slug != context.home), default=None)
    return provider_row(context, *chosen) if chosen else None


def may_use(context: Context, channel: Channel, provider: Provider) -> bool:
    """Is the channel open, and the service open to the viewer's home city? For nobody signed in, every city is alike."""
    if context.home is None:
        return closed(channel) is None
    return share(context.snapshot, channel, context.home, provider.code, context.today).allowed


async def provider_share(source: Row, info: Info, with_: str) -> Row:
    """Whether and why citizens of the city `with_` may use this provider's service."""
    context: Context = info.context
    channel = context.channel(source["city"]["slug"])
    decided = share(context.snapshot, channel, with_, source["code"], context.today)
    return await share_row(context, channel, with_, decided)


def provider_availability(source: Row, info: Info) -> str:
    return info.context.services.connections.health.of(source["city"]["slug"]).value


ANSWERS = {
    "Query.services": services,
    "Query.service": service,
    "Service.providers": providers,
    "Service.best": best,
    "ServiceProvider.share": provider_share,
    "ServiceProvider.availability": provider_availability,
}
