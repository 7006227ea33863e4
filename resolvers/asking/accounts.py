"""The cities a citizen has an account in: what is asked when nobody says which cities."""

from typing import Any

from channels.deployment.snapshot import Channel
from identity.links import Link
from resolvers.asking.delegation import cities_in_scope
from resolvers.asking.standing import KNOWN_THERE, links_of, state_of
from resolvers.context import Context
from resolvers.provenance import city_row, instant
from schema.codes import AccountState

Row = dict[str, Any]


async def linked_cities(context: Context) -> list[str]:
    """Slugs of the shown cities where the viewer has an account, home first; under a mandate, of those that it names.

    A city that wants the account verified anew, or has suspended it, is among them: its coverage says so.
    """
    links, within = await links_of(context), await cities_in_scope(context)
    linked = [c.slug for c in context.services.listing.shown if state_of(context, c, links) in KNOWN_THERE]
    return sorted((slug for slug in linked if within is None or slug in within), key=lambda slug: slug != context.home)


async def account_rows(context: Context) -> list[Row]:
    """One CityAccount row for every city of the graph."""
    links, within = await links_of(context), await cities_in_scope(context)
    shown = [c for c in context.snapshot.channels.values() if within is None or c.slug in within]
    return [account_row(context, c, links) for c in shown]


def account_row(context: Context, channel: Channel, links: dict[str, Link]) -> Row:
    link = links.get(channel.config.city.code)
    state = state_of(context, channel, links)
    return {
        "city": city_row(context, channel),
        "state": state.value,
        "linkedAt": instant(link.linked_at) if link and link.linked_at else None,
        "pairwise": state is AccountState.LINKED,
    }
