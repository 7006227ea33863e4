"""The cities a citizen has an account in: what is asked when nobody says which cities."""

from typing import Any

from channels.snapshot import Channel
from identity.links import Link
from schema.codes import AccountState

from .context import Context
from .provenance import city_row, instant

Row = dict[str, Any]


async def links_of(context: Context) -> dict[str, Link]:
    """The viewer's recorded links by city code."""
    return dict(await context.services.links.of(context.citizen)) if context.citizen else {}


def state_of(context: Context, channel: Channel, links: dict[str, Link]) -> AccountState:
    """The link's state: as recorded; where nothing is, the home city vouches for its own citizens."""
    link = links.get(channel.config.city.code)
    if link:
        return link.state
    return AccountState.LINKED if channel.slug == context.home else AccountState.NOT_LINKED


async def linked_cities(context: Context) -> list[str]:
    """Slugs of the shown cities where the viewer has a linked account, home first."""
    links = await links_of(context)
    linked = [c.slug for c in context.services.listing.shown if state_of(context, c, links) is AccountState.LINKED]
    return sorted(linked, key=lambda slug: slug != context.home)


async def account_rows(context: Context) -> list[Row]:
    """One CityAccount row for every city of the graph."""
    links = await links_of(context)
    return [account_row(context, c, links) for c in context.snapshot.channels.values()]


def account_row(context: Context, channel: Channel, links: dict[str, Link]) -> Row:
    link = links.get(channel.config.city.code)
    state = state_of(context, channel, links)
    return {
        "city": city_row(context, channel),
        "state": state.value,
        "linkedAt": instant(link.linked_at) if link and link.linked_at else None,
        "pairwise": state is AccountState.LINKED,
    }
