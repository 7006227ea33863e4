"""A stage of a decision: has the citizen consented to what would cross the border?

Nothing crosses at home, nor with an operation that sends nothing about a citizen. The consents are read once a request, from
the record itself: what was taken back in any process is gone at the next request.
"""

import logging

from channels.answer import Failure
from channels.deployment.snapshot import Channel
from channels.failures import failure
from resolvers.context import Context
from roaming import Consent, Denial, Grant
from roaming.consented import consented as decide
from schema.codes import ErrorCode
from storage import StorageError

log = logging.getLogger(__name__)


def crosses(context: Context, channel: Channel, operation: str) -> bool:
    """Would the operation send something about the viewer to a city that is not their home?"""
    return context.home != channel.slug and bool(channel.operations[operation].needs)


async def consented(context: Context, channel: Channel, operation: str, given: Grant) -> Grant | Denial | Failure:
    """The grant, narrowed to what the citizen has consented to; else why nothing may be sent."""
    if not crosses(context, channel, operation):
        return given
    held = await held_consents(context)
    if isinstance(held, Failure):
        return held
    needs = [need.upper() for need in channel.operations[operation].needs]
    return decide(
        context.snapshot, channel, given, consents=held, consumer=context.home or "", needs=needs, at=context.now
    )


async def held_consents(context: Context) -> tuple[Consent, ...] | Failure:
    """The citizen's consents, the newest first; read once a request. Denies when the record cannot be read."""
    held, withdrawals = context.consents, context.services.consents.withdrawals
    async with held.reading:
        if held.found is None or held.round != withdrawals.round:
            held.round = withdrawals.round
            try:
                held.found = await read(context, context.citizen or "")
            except StorageError as fault:
                log.error("consents cannot be read: %s", type(fault).__name__)
                return failure(ErrorCode.STORE_UNAVAILABLE, "consents cannot be read")
        return held.found


async def read(context: Context, citizen: str) -> tuple[Consent, ...]:
    """The consents as recorded. What was cached under one that has just ended elsewhere is forgotten first."""
    found = await context.services.consents.of(citizen)
    await context.services.consents.withdrawals.catch_up(max((each.ended_by for each in found), default=0))
    return found


async def withdrawn(context: Context, channel: Channel, operation: str, given: Grant) -> Failure | None:
    """Why a question that was allowed may be put no more: its consent was taken back since then, here or in another process.

    A request under way may live for seconds, and a withdrawal takes effect within one.
    """
    unchanged = context.consents.round == context.services.consents.withdrawals.round
    if unchanged or not crosses(context, channel, operation):
        return None
    verdict = await consented(context, channel, operation, given)
    if isinstance(verdict, Failure):
        return verdict
    stands = isinstance(verdict, Grant) and within(given.kinds, verdict.kinds)
    return None if stands else failure(ErrorCode.CONSENT_REQUIRED, "taken back since it was decided")


def within(asked: frozenset[str] | None, left: frozenset[str] | None) -> bool:
    """Is what was asked for still covered? None: not narrowed."""
    return left is None or (asked is not None and asked <= left)
