"""ServiceShare rows: what an agreement opens to the citizens of one other city, and why not otherwise."""

from typing import Any

from channels.snapshot import Channel
from roaming import Share

from .context import Context
from .provenance import city_row
from .services import service_row

Row = dict[str, Any]


def share_row(context: Context, channel: Channel, consumer: str, share: Share) -> Row:
    """The ServiceShare row of one decision."""
    agreement = share.agreement
    return {
        "provider": city_row(context, channel),
        "consumer": city_row(context, context.channel(consumer)),
        "service": service_row(context, share.service),
        "allowed": share.allowed,
        "reason": share.reason.value if share.reason else None,
        "agreementId": agreement.id if agreement else None,
        "claims": sorted(agreement.claims) if agreement else [],
        "validUntil": agreement.valid.until.isoformat() if agreement else None,
    }
