"""The catalogue: canonical services, who provides them, and which provider is best for the one who asks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from channels.providers import Provider
from channels.snapshot import Channel
from roaming import shares
from roaming.shares import share

from .context import Context, Info
from .paging import held_page
from .services import provider_row, service_row
from .sharing import share_row

Row = dict[str, Any]
Listed = tuple[Channel, Provider]


async def services(_: None, info: Info, **arguments: Any) -> Row:
    return services_page(info.context, "Query.services", None, **arguments)


async def service(_: None, info: Info, code: str) -> Row | None:
    return service_row(info.context, code) if code in info.context.services.listing.items else None


def services_page(
    context: Context,
    coordinate: str,
    cities: Sequence[str] | None,
    filter: Mapping[str, Any] | None = None,  # noqa: A002 - the argument's name in the graph
    first: int = 20,
    after: str | None = None,
) -> Row:
    """A page of the services that some provider, in one of `cities`, lists and the filter keeps."""
    chosen = filter or {}
    codes = dict.fromkeys(provider.code for _, provider in listed(context, cities, chosen))
    ordered = in_register_order(context, codes)
    page = held_page(context, coordinate, {"cities": cities, "filter": chosen}, ordered, first=first, after=after)
    nodes = {code: service_row(context, code) for code in page.chosen}
    return page.connection(nodes) | {"totalCount": len(ordered)}


def in_register_order(context: Context, codes: Iterable[str]) -> list[str]:
    """The shared register first, in its own order; then the cities' own services as they list them."""
    place = {code: index for index, code in enumerate(context.snapshot.register)}
    return sorted(codes, key=lambda code: place.get(code, len(place)))


def listed(context: Context, cities: Sequence[str] | None, chosen: Mapping[str, Any]) -> Iterable[Listed]:
    """The providers that pass the filter. Without `cities`, all open channels are looked through."""
    narrowed = chosen.get("cities")
    roamable = chosen.get("roamableFrom")
    for channel in context.snapshot.channels.values():
        if (cities is not None and channel.slug not in cities) or (
            narrowed is not None and channel.slug not in narrowed
        ):
            continue
        open_to = allowed_codes(context, channel, roamable) if roamable else None
        for provider in channel.providers:
            if passes(provider, chosen) and (open_to is None or provider.code in open_to):
                yield channel, provider


def allowed_codes(context: Context, channel: Channel, home: str) -> frozenset[str]:
    """The services of `channel` that a citizen of `home` may use: all of them at home, else what is shared."""
    if channel.slug == home:
        return frozenset(provider.code for provider in channel.providers)
    return frozenset(s.service for s in shares(context.snapshot, channel, home, context.today) if s.allowed)


def passes(provider: Provider, chosen: Mapping[str, Any]) -> bool:
    tests = (
        ("themes", provider.theme),
        ("types", provider.type),
        ("sources", provider.source),
        ("statuses", provider.status),
    )
    if any(chosen.get(name) is not None and value not in chosen[name] for name, value in tests):
        return False
    return chosen.get("highlight") is None or provider.highlight == chosen["highlight"]


async def providers(
    source: Row, info: Info, cities: Sequence[str] | None = None, status: Sequence[str] | None = None
) -> list[Row]:
    """Every city × department that lists the service."""
    context: Context = info.context
    return [
        provider_row(context, channel, provider)
        for channel, provider in context.services.listing.offering.get(source["code"], ())
        if (cities is None or channel.slug in cities) and (status is None or provider.status in status)
    ]


async def best(source: Row, info: Info) -> Row | None:
    """The provider to send the viewer to: at home first, then where an agreement lets them roam; LIVE ones first."""
    context: Context = info.context
    ranked = [(rank(context, c, p), c, p) for c, p in context.services.listing.offering.get(source["code"], ())]
    usable = [entry for entry in ranked if entry[0] is not None]
    if not usable:
        return None
    _, channel, provider = min(usable, key=lambda entry: entry[0] or ())
    return provider_row(context, channel, provider)


def rank(context: Context, channel: Channel, provider: Provider) -> tuple[int, int] | None:
    """Lower is better; None where the viewer may not use it. For nobody signed in, every city is alike."""
    home = context.home
    live = 0 if provider.status == "LIVE" else 1
    if home is None or channel.slug == home:
        return live, 0
    return (live, 1) if share(context.snapshot, channel, home, provider.code, context.today).allowed else None


async def provider_share(source: Row, info: Info, with_: str) -> Row:
    """Whether and why citizens of the city `with_` may use this provider's service."""
    context: Context = info.context
    channel = context.channel(source["city"]["slug"])
    decided = share(context.snapshot, channel, with_, source["code"], context.today)
    return share_row(context, channel, with_, decided)


async def provider_availability(source: Row, info: Info) -> str:
    return info.context.services.connections.health.of(source["city"]["slug"]).value


ANSWERS = {
    "Query.services": services,
    "Query.service": service,
    "Service.providers": providers,
    "Service.best": best,
    "ServiceProvider.share": provider_share,
    "ServiceProvider.availability": provider_availability,
}
