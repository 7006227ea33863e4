"""Which services of a grant the citizen has consented to: effective share = offer ∩ agreement ∩ consent.

A share counts when the citizen's latest consent that names its service stands, includes every claim that would be sent, and was
given for the purpose that the agreement has now. Fails closed: whatever else is known of a consent, it does not count.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from channels.deployment.snapshot import Channel, Snapshot
from schema.codes import ErrorCode

from .consents import Consent
from .drafting import draft
from .shares import Denial, Grant, Share, grant


def consent_for(
    consents: Sequence[Consent], share: Share, *, provider: str, consumer: str, needs: Collection[str], at: datetime
) -> Consent | None:
    """The consent that lets `needs` be sent for this share at that moment. `consents`: the citizen's, the newest first."""
    towards = (each for each in consents if (each.provider, each.consumer) == (provider, consumer))
    latest = next((each for each in towards if share.service in each.services), None)
    if latest is None or share.agreement is None or not latest.active(at) or not set(needs) <= set(latest.claims):
        return None
    told = (latest.purposes or {}).get(share.service)
    return latest if told == share.agreement.purpose else None


def consented(
    snapshot: Snapshot,
    channel: Channel,
    given: Grant,
    *,
    consents: Sequence[Consent],
    consumer: str,
    needs: Collection[str],
    at: datetime,
) -> Grant | Denial:
    """The grant, narrowed to the services consented to; a Denial that says what would be sent where there is none."""
    found = [
        (share, consent_for(consents, share, provider=channel.slug, consumer=consumer, needs=needs, at=at))
        for share in given.shares
    ]
    kept = [(share, consent) for share, consent in found if consent is not None]
    if not kept:
        return lacking(channel, given.shares, consumer=consumer, needs=needs)
    return replace(grant(snapshot, [share for share, _ in kept]), consent_id=kept[0][1].id)


def lacking(channel: Channel, shares: Sequence[Share], *, consumer: str, needs: Collection[str]) -> Denial:
    """CONSENT_REQUIRED, with the terms of exactly what would be sent."""
    if not shares:
        return Denial(ErrorCode.CONSENT_REQUIRED)
    terms = draft(channel, consumer, shares, needs)
    city, codes = channel.city.name, ", ".join(terms.claims)
    text = {
        "zh": f"需要您的单独同意:将向{city.text('zh')}提供{terms.kinds['zh']}({codes})。",
        "en": f"Your separate consent is needed: {terms.kinds['en']} would be given to {city.text('en')} ({codes}).",
    }
    return Denial(ErrorCode.CONSENT_REQUIRED, reason=text, agreement_id=terms.agreement_ids[0], consent=terms)
