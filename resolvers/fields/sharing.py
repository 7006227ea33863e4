"""ServiceShare rows: what an agreement opens to the citizens of one other city, and why not otherwise.

For a viewer from that very city the share is the effective one, offer ∩ agreement ∩ consent, less what quotas have used up;
for everybody else it is what offer and agreement open. Looking counts nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from channels.answer import Failure
from channels.deployment.snapshot import Channel
from resolvers.asking.consented import held_consents
from resolvers.asking.spending import crossing_of
from resolvers.context import Context
from resolvers.faults import texts, told
from resolvers.provenance import city_row
from resolvers.service_rows import service_row
from roaming import Share, state_of
from roaming.consented import consent_for
from roaming.quotas import QuotasUnreadable
from schema.codes import ErrorCode, ShareDenial

Row = dict[str, Any]
LAUNCH = "account.launch"


async def share_row(context: Context, channel: Channel, consumer: str, decided: Share) -> Row:
    """The ServiceShare row of one decision by offer and agreement."""
    share = await effective(context, channel, consumer, decided)
    agreement = share.agreement
    return {
        "provider": city_row(context, channel),
        "consumer": city_row(context, context.channel(consumer)),
        "service": service_row(context, share.service),
        "allowed": share.allowed,
        "reason": share.reason.value if share.reason else None,
        "message": dict(share.text) if share.text else None,
        "agreementId": agreement.id if agreement else None,
        "agreementState": state_of(agreement, context.today, consumer).value if agreement else None,
        "claims": sorted(agreement.claims) if agreement else [],
        "validUntil": agreement.valid.until.isoformat() if agreement else None,
    }


async def effective(context: Context, channel: Channel, consumer: str, decided: Share) -> Share:
    """The share as this viewer has it: with their consent, and what is left of the quotas."""
    if not decided.allowed or decided.agreement is None or context.home != consumer or not context.viewer.signed_in:
        return decided
    held = await held_consents(context)
    if isinstance(held, Failure):
        return replace(decided, allowed=False, reason=ShareDenial.CONSENT_REQUIRED, text=texts(held.message))
    found = (
        consent_for(held, decided, provider=channel.slug, consumer=consumer, needs=needs, at=context.now)
        for needs in needs_of(channel, decided.service)
    )
    if not any(found):
        text = told(ErrorCode.CONSENT_REQUIRED)
        return replace(decided, allowed=False, reason=ShareDenial.CONSENT_REQUIRED, text=text)
    try:
        exceeded = await context.services.quotas.left(crossing_of(context, decided.agreement), context.now)
    except QuotasUnreadable:
        return replace(
            decided, allowed=False, reason=ShareDenial.QUOTA_EXCEEDED, text=told(ErrorCode.STORE_UNAVAILABLE)
        )
    if exceeded:
        return replace(decided, allowed=False, reason=ShareDenial.QUOTA_EXCEEDED, text=exceeded.text)
    return decided


def needs_of(channel: Channel, service: str) -> Iterator[list[str]]:
    """What each operation behind the service sends, as claims; a web page is opened by a launch."""
    listed = [p for p in channel.providers if p.code == service]
    names = dict.fromkeys(name for p in listed for name in (*p.operations, *((LAUNCH,) if p.web else ())))
    for name in names:
        if name in channel.operations:
            yield [need.upper() for need in channel.operations[name].needs]
