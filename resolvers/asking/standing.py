"""How the citizen's account stands in a city, and what of that closes the city to questions about them."""

import logging
from datetime import datetime

from channels.answer import Failure
from channels.deployment.snapshot import Channel
from channels.failures import failure
from identity.links import Link
from resolvers.context import Context
from roaming import Denial
from schema.codes import AccountState, ErrorCode
from storage import StorageError

log = logging.getLogger(__name__)

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
    """The viewer's recorded links by city code, read once a request. Raises: StorageError."""
    if context.citizen is None:
        return {}
    async with context.links.reading:
        if context.links.found is None:
            context.links.found = dict(await context.services.links.of(context.citizen))
        return context.links.found


async def record(context: Context, channel: Channel, state: AccountState, linked_at: datetime | None = None) -> None:
    """Keep what the city says of the citizen's account. Raises: StorageError."""
    services, citizen = context.services, context.citizen or ""
    link = await services.links.record(citizen, channel.code, state, at=context.now, linked_at=linked_at)
    (await links_of(context))[channel.code] = link


def state_of(context: Context, channel: Channel, links: dict[str, Link]) -> AccountState:
    """The link's state: as recorded; where nothing is, the home city vouches for its own citizens."""
    link = links.get(channel.config.city.code)
    if link:
        return link.state
    return AccountState.LINKED if channel.slug == context.home else AccountState.NOT_LINKED


async def held_back(context: Context, channel: Channel, operation: str) -> Denial | Failure | None:
    """Why a city is not asked about the citizen: their account there needs verifying anew, or is suspended.

    Linking is always open: it is how the city is asked whether it has changed its mind. Denies when it cannot be read.
    """
    compiled = channel.operations.get(operation)
    if not context.citizen or compiled is None or not compiled.needs or operation == LINK:
        return None
    try:
        link = (await links_of(context)).get(channel.code)
    except StorageError as fault:
        return failure(ErrorCode.STORE_UNAVAILABLE, f"links cannot be read: {type(fault).__name__}")
    code = HELD_BACK.get(link.state) if link else None
    return Denial(code) if code else None


async def note_state(context: Context, channel: Channel, told: ErrorCode) -> None:
    """Record what the city says of the account, unless that is known: a repeated question costs no write.

    Pages kept from before are forgotten: nothing may stand in for a city that has just closed the account.
    While the store cannot be written the answer is told all the same: the city says it again when it is asked again.
    """
    state = STATE_TOLD.get(told)
    if state is None or context.citizen is None:
        return
    try:
        link = (await links_of(context)).get(channel.code)
        known = link.state if link else None
        # A city that knows the person under another account says "not linked" to this one: the conflict stands.
        disputed = known is AccountState.CONFLICT and state is AccountState.NOT_LINKED
        if known is not state and not disputed:
            await context.services.connections.purge(context.citizen, channel.slug)
            await record(context, channel, state)
    except StorageError as fault:
        log.warning("the state of an account cannot be recorded: %s", type(fault).__name__)
