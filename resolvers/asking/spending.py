"""The last stage of a decision: is there anything left of the quotas under which this border is crossed?

Counted once per request, city, operation and agreement, and only where agreement and consent have said yes. A mutation that is
replayed by its key asks no city and counts nothing. An agreement that is used up takes its kinds of rows out of the grant; where
none is left, QUOTA_EXCEEDED with the seconds until the window ends.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace

from channels.answer import Failure
from channels.declared.agreements import Agreement
from channels.deployment.snapshot import Channel
from channels.failures import failure
from resolvers.context import Context, Spent
from roaming import Denial, Grant
from roaming.quotas import Crossing, Exceeded, QuotasUnreadable
from schema.codes import ErrorCode

log = logging.getLogger(__name__)


async def spend(context: Context, channel: Channel, operation: str, given: Grant) -> Grant | Denial | Failure:
    """The grant, less what is used up; else why nothing may cross now."""
    numbers = given.agreements
    if not numbers:
        return given
    try:
        used_up = await counted(context, (channel.slug, operation, *numbers))
    except QuotasUnreadable as fault:
        log.error("%s", fault)
        return failure(ErrorCode.STORE_UNAVAILABLE, "quotas cannot be counted")
    return without(given, used_up) if used_up else given


async def counted(context: Context, crossing: tuple[str, ...]) -> Mapping[str, Exceeded]:
    """What is used up, by agreement, after this crossing was counted; counted once a request, whoever asks how often."""
    numbers = crossing[2:]
    spent = context.spent.setdefault(crossing, Spent())
    async with spent.counting:
        if spent.used_up is None:
            spent.used_up = {
                agreement.id: exceeded
                for agreement in context.snapshot.agreements
                if agreement.id in numbers and (exceeded := await count(context, agreement))
            }
    return spent.used_up


async def count(context: Context, agreement: Agreement) -> Exceeded | None:
    return await context.services.quotas.spend(crossing_of(context, agreement), context.now)


def crossing_of(context: Context, agreement: Agreement) -> Crossing:
    """The viewer as quotas know them."""
    return Crossing(agreement, context.home or "", context.citizen or "", context.viewer.client_id)


def without(given: Grant, used_up: Mapping[str, Exceeded]) -> Grant | Denial:
    """The grant for the kinds of rows whose agreements are not used up."""
    left = tuple((kind, number) for kind, number in given.agreement_of_kind if number not in used_up)
    kinds = frozenset(kind for kind, _ in left) & (given.kinds or frozenset())
    if given.kinds is None or not kinds:
        last = max(used_up.values(), key=lambda each: each.retry_after)
        return Denial(
            ErrorCode.QUOTA_EXCEEDED,
            reason=last.text,
            retry_after=last.retry_after,
            agreement_id=last.agreement_id,
        )
    return replace(given, kinds=kinds, agreement_of_kind=left, agreement_id=left[0][1])
