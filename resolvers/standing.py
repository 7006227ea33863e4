"""How the citizen's account stands in a city, and what of that closes the city to questions about them."""

from channels.snapshot import Channel
from identity.links import Link
from roaming import Denial
from schema.codes import AccountState, ErrorCode

from .context import Context

LINK = "account.link"
HELD_BACK = {
    AccountState.NEEDS_REAUTH: ErrorCode.ACCOUNT_NEEDS_REAUTH,
    AccountState.SUSPENDED: ErrorCode.ACCOUNT_SUSPENDED,
}
KNOWN_THERE = frozenset({AccountState.LINKED, *HELD_BACK})
# What a city's refusal says about the citizen's account there.
STATE_TOLD = {
    ErrorCode.ACCOUNT_NOT_LINKED: AccountState.NOT_LINKED,
    ErrorCode.ACCOUNT_NEEDS_REAUTH: AccountState.NEEDS_REAUTH,
    ErrorCode.ACCOUNT_SUSPENDED: AccountState.SUSPENDED,
}


async def links_of(context: Context) -> dict[str, Link]:
    """The viewer's recorded links by city code."""
    return dict(await context.services.links.of(context.citizen)) if context.citizen else {}


def state_of(context: Context, channel: Channel, links: dict[str, Link]) -> AccountState:
    """The link's state: as recorded; where nothing is, the home city vouches for its own citizens."""
    link = links.get(channel.config.city.code)
    if link:
        return link.state
    return AccountState.LINKED if channel.slug == context.home else AccountState.NOT_LINKED


async def held_back(context: Context, channel: Channel, operation: str) -> Denial | None:
    """Why a city is not asked about the citizen: their account there needs verifying anew, or is suspended.

    Linking is always open: it is how the city is asked whether it has changed its mind.
    """
    compiled = channel.operations.get(operation)
    if not context.citizen or compiled is None or not compiled.needs or operation == LINK:
        return None
    link = await context.services.links.at(context.citizen, channel.code)
    code = HELD_BACK.get(link.state) if link else None
    return Denial(code) if code else None


async def note_state(context: Context, channel: Channel, told: ErrorCode) -> None:
    """Record what the city says of the account, unless that is known: a repeated question costs no write."""
    state, citizen = STATE_TOLD.get(told), context.citizen
    if state is None or citizen is None:
        return
    link = await context.services.links.at(citizen, channel.code)
    if link is None or link.state is not state:
        await context.services.links.record(citizen, channel.code, state, at=context.now)
