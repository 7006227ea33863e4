"""The citizen's separate consents: what one would consent to, granting, and taking back."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from channels.deployment.snapshot import Channel
from resolvers.consent_rows import consent_rows, terms_row
from resolvers.context import Context, Info
from resolvers.faults import coded, told, user_error
from resolvers.fields.cities import channel_of
from resolvers.ids import open_id
from resolvers.provenance import city_row
from resolvers.writing.once import Done, End, Refused, once, refused
from roaming import Terms, draft
from roaming.consents import MAX_DAYS
from roaming.shares import DENIAL_CODES, Share, is_to, sendable, share
from schema.codes import ErrorCode, ShareDenial

Row = dict[str, Any]
MAX_SERVICES = 50


async def consent_terms(
    source: Row, info: Info, services: Sequence[str], claims: Sequence[str] | None = None
) -> Row | None:
    """What the viewer would consent to in this city."""
    context: Context = info.context
    channel = channel_of(context, source)
    found = terms_for(context, channel, services, claims)
    if isinstance(found, Terms):
        return terms_row(context, found)
    error = found.errors[0]
    raise coded(context, ErrorCode(error["code"]), error["message"], city=channel.slug, argument=error["field"][-1])


async def grant_consent(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name
    context: Context = info.context
    channel = context.channel(input["provider"])

    async def grant(number: str) -> End:
        if not 1 <= (days := input["days"]) <= MAX_DAYS:
            zh, en = f"days 应在 1 到 {MAX_DAYS} 之间,实际为 {days}。", f"`days` must be 1 to {MAX_DAYS}, found {days}."
            return refused(ErrorCode.INVALID_INPUT, zh, en, ["days"])
        terms = terms_for(context, channel, input["services"], input["claims"])
        if isinstance(terms, Refused):
            return terms
        if input.get("textVersion") not in (None, terms.version):
            return outdated(context, channel, terms)
        consents, citizen = context.services.consents, context.citizen or ""
        consent = await consents.grant(citizen, terms, days=days, at=context.now, number=number)
        context.consents.found = None
        return Done({"consent": (await consent_rows(context, [consent]))[0]})

    return await once(context, "grantConsent", "consent", input, grant)


def outdated(context: Context, channel: Channel, terms: Terms) -> Refused:
    """The citizen was shown another text than the present one: nothing is recorded, and the present one is told."""
    text = {
        "zh": f"同意书文本已更新,现行版本为 {terms.version},请重新阅读后再确认。",
        "en": f"The text has changed; its present version is {terms.version}. Read it again, then consent.",
    }
    field, city = ["input", "textVersion"], city_row(context, channel)
    return Refused([user_error(ErrorCode.CONFLICT, text, field=field, city=city, consent=terms_row(context, terms))])


def terms_for(
    context: Context, channel: Channel, services: Sequence[str], claims: Sequence[str] | None
) -> Terms | Refused:
    """The terms of a consent to these services; `claims` None: to all that they may be sent. Else what is wrong with it."""
    city, home = city_row(context, channel), context.home
    if home is None or home == channel.slug:
        zh, en = "单独同意针对归属城市以外的城市。", "Separate consent is for a city other than the home city."
        return refused(ErrorCode.INVALID_INPUT, zh, en, ["provider"], city)
    wanted = list(dict.fromkeys(services))
    if problem := not_offered(channel, home, wanted, city):
        return problem
    needs = frozenset(claims or ())
    found = [share(context.snapshot, channel, home, code, context.today, needs=needs) for code in wanted]
    if closed := next((each for each in found if not each.allowed or each.agreement is None), None):
        return not_shared(closed, city)
    allowed = sendable(channel, home, found)
    if problem := unsendable(claims, allowed, city):
        return problem
    return draft(channel, home, found, allowed if claims is None else needs)


def not_offered(channel: Channel, home: str, services: Sequence[str], city: Row) -> Refused | None:
    """Some service is none that the city offers to the home city."""
    offered = {code for offer in channel.offers if is_to(offer, home) for code in offer.services}
    strangers = [code for code in services if code not in offered]
    if services and not strangers and len(services) <= MAX_SERVICES:
        return None
    named = ", ".join(code[:40] for code in strangers[:5]) or f"{len(services)}"
    zh = f"services 应为该城市向您的归属城市开放的 1 到 {MAX_SERVICES} 个事项,实际为:{named}。"
    en = f"`services` must be 1 to {MAX_SERVICES} services offered to your home city, found: {named}."
    return refused(ErrorCode.INVALID_INPUT, zh, en, ["services"], city)


def not_shared(closed: Share, city: Row) -> Refused:
    """A service that no agreement opens: nothing could be sent, and there is no purpose to consent to."""
    if closed.allowed:
        zh, en = f"{closed.service} 为公开信息,无须同意。", f"{closed.service} is public and needs no consent."
        return refused(ErrorCode.INVALID_INPUT, zh, en, ["services"], city)
    code = DENIAL_CODES[closed.reason or ShareDenial.NO_AGREEMENT]
    text = closed.text or told(code)
    return refused(code, f"{closed.service}:{text['zh']}", f"{closed.service}: {text['en']}", ["services"], city)


def unsendable(claims: Sequence[str] | None, allowed: Collection[str], city: Row) -> Refused | None:
    """Claims that these services are never sent, or none at all."""
    if claims is None or (claims and set(claims) <= set(allowed)):
        return None
    excess = ", ".join(claim for claim in dict.fromkeys(claims) if claim not in allowed)
    zh = f"这些事项不需要这些个人信息:{excess}。" if excess else "claims 应至少有一项。"
    en = f"These services are never sent: {excess}." if excess else "`claims` must name at least one."
    return refused(ErrorCode.INVALID_INPUT, zh, en, ["claims"], city)


async def revoke_consent(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name
    context: Context = info.context

    async def revoke(number: str) -> End:
        found = open_id(context.services.sealer, input["consentId"], "Consent")
        consents, citizen = context.services.consents, context.citizen or ""
        consent = await consents.revoke(citizen, found.local, at=context.now) if found else None
        if consent is None:
            zh, en = "没有这份同意。", "There is no such consent of yours."
            return refused(ErrorCode.NOT_FOUND, zh, en, ["consentId"])
        context.consents.found = None
        await context.services.connections.purge(citizen, consent.provider)
        return Done({"consent": next(iter(await consent_rows(context, [consent])), None)})

    return await once(context, "revokeConsent", "consent", input, revoke)


ANSWERS = {
    "CityScope.consentTerms": consent_terms,
    "Mutation.grantConsent": grant_consent,
    "Mutation.revokeConsent": revoke_consent,
}
