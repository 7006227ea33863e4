"""The citizen's separate consents: granting and revoking them."""

from collections.abc import Iterable, Mapping
from typing import Any

from channels.snapshot import Channel
from roaming import Consent
from roaming.consents import MAX_DAYS
from roaming.shares import is_to
from schema.codes import ErrorCode

from .context import Context, Info
from .ids import open_id, seal_id
from .once import Done, End, Refused, once, refused
from .provenance import city_row, instant
from .services import service_row

Row = dict[str, Any]


def consent_row(context: Context, consent: Consent) -> Row:
    """The Consent row."""
    revoked = consent.revoked_at
    return {
        "__typename": "Consent",
        "id": seal_id(context.services.sealer, "Consent", "", consent.id),
        "provider": city_row(context, context.channel(consent.provider)),
        "consumer": city_row(context, context.channel(consent.consumer)),
        "services": [
            service_row(context, code) for code in consent.services if context.services.listing.items.get(code)
        ],
        "claims": list(consent.claims),
        "grantedAt": instant(consent.granted_at),
        "expiresAt": instant(consent.expires_at),
        "revokedAt": instant(revoked) if revoked else None,
    }


def consent_rows(context: Context, consents: Iterable[Consent]) -> list[Row]:
    """The Consent rows; a city that has left the graph cannot be shown, and neither can a consent towards it."""
    known = context.snapshot.channels
    return [consent_row(context, each) for each in consents if each.provider in known and each.consumer in known]


async def grant_consent(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name
    context: Context = info.context
    channel = context.channel(input["provider"])

    async def grant(number: str) -> End:
        if problem := unfit(context, channel, input):
            return problem
        consent = await context.services.consents.grant(
            context.citizen or "",
            provider=channel.slug,
            consumer=context.home or "",
            services=list(dict.fromkeys(input["services"])),
            claims=list(dict.fromkeys(input["claims"])),
            days=input["days"],
            at=context.now,
        )
        return Done({"consent": consent_row(context, consent)})

    return await once(context, "grantConsent", "consent", input, grant)


def unfit(context: Context, channel: Channel, given: Mapping[str, Any]) -> Refused | None:
    """What is wrong with a consent that is asked for; None if it may be recorded."""
    city, days = city_row(context, channel), given["days"]
    if context.home is None or context.home == channel.slug:
        zh, en = "单独同意针对归属城市以外的城市。", "Separate consent is for a city other than the home city."
        return refused(ErrorCode.INVALID_INPUT, zh, en, ["provider"], city)
    if not 1 <= days <= MAX_DAYS:
        zh, en = f"days 应在 1 到 {MAX_DAYS} 之间,实际为 {days}。", f"`days` must be 1 to {MAX_DAYS}, found {days}."
        return refused(ErrorCode.INVALID_INPUT, zh, en, ["days"])
    offers = [offer for offer in channel.offers if is_to(offer, context.home)]
    offered = {code for offer in offers for code in offer.services}
    if not given["services"] or (strangers := [code for code in given["services"] if code not in offered]):
        named = ", ".join(strangers) if given["services"] else "[]"
        zh, en = f"该城市没有向您的归属城市开放:{named}。", f"Not offered to your home city: {named}."
        return refused(ErrorCode.INVALID_INPUT, zh, en, ["services"], city)
    covering = [offer for offer in offers if set(offer.services) & set(given["services"])]
    allowed = {claim for offer in covering for claim in offer.claims}
    if excess := [claim for claim in given["claims"] if claim not in allowed]:
        zh = f"这些事项不需要这些个人信息:{', '.join(excess)}。"
        en = f"These services are never sent: {', '.join(excess)}."
        return refused(ErrorCode.INVALID_INPUT, zh, en, ["claims"], city)
    return None


async def revoke_consent(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name
    context: Context = info.context

    async def revoke(number: str) -> End:
        found = open_id(context.services.sealer, input["consentId"], "Consent")
        consents, citizen = context.services.consents, context.citizen or ""
        consent = await consents.revoke(citizen, found.local, at=context.now) if found else None
        if consent is None:
            zh, en = "没有这份同意。", "There is no such consent of yours."
            return refused(ErrorCode.NOT_FOUND, zh, en, ["consentId"])
        await context.services.connections.purge(citizen, consent.provider)
        return Done({"consent": consent_row(context, consent)})

    return await once(context, "revokeConsent", "consent", input, revoke)


ANSWERS = {"Mutation.grantConsent": grant_consent, "Mutation.revokeConsent": revoke_consent}
