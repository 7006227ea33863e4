"""Opening a city's web service: a one-time sign-on address, given by the city itself."""

from collections.abc import Mapping
from typing import Any

from channels.declared.providers import Provider
from channels.deployment.snapshot import Channel
from resolvers.context import Context, Info
from resolvers.ids import GlobalId, open_id
from resolvers.provenance import city_row
from resolvers.service_rows import is_web
from resolvers.writing.acting import act
from resolvers.writing.once import Done, End, Refused, ended, no_such, once, refused
from schema.codes import AssuranceLevel, ErrorCode

Row = dict[str, Any]


async def launch(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name
    context: Context = info.context

    async def open_page(number: str) -> End:
        found = open_id(context.services.sealer, input["providerId"], "ServiceProvider")
        entry = found and provider_at(context, found)
        if not entry:
            return no_such("providerId", "服务提供者", "a service provider")
        if is_web(entry[1]) and unreached(context, entry[1]):
            context.too_low.append((info.path.as_list(), entry[1].assurance))
        return await sign_on(context, *entry, number)

    return await once(context, "launch", "url", input, open_page)


def provider_at(context: Context, found: GlobalId) -> tuple[Channel, Provider] | None:
    """The channel and provider behind an id; None if the city lists it no more."""
    channel = context.snapshot.channels.get(found.city)
    provider = context.services.listing.providers.get((found.city, found.local))
    return (channel, provider) if channel and provider else None


async def sign_on(context: Context, channel: Channel, provider: Provider, number: str) -> End:
    """Ask the city for the address of this service's page."""
    if refusal := unfit(context, channel, provider):
        return refusal
    args = {"service": provider.code, "web": provider.web}
    row = await act(context, channel, "account.launch", "Launch", args, number=number, service=provider.code)
    if not isinstance(row, dict):
        return ended(context, channel, row, ["input", "providerId"])
    return Done(await opened(context, channel, args, row))


async def opened(context: Context, channel: Channel, args: Mapping[str, Any], row: Row) -> Row:
    """The payload's own fields, once the city has given an address."""
    return {"url": row["url"], "expiresAt": row["expiresAt"]}


def unfit(context: Context, channel: Channel, provider: Provider) -> Refused | None:
    """Why this provider cannot be launched by this viewer, if so."""
    city = city_row(context, channel)
    if not is_web(provider):
        zh, en = "该服务没有可打开的网页。", "This service has no web page to open."
        return refused(ErrorCode.NOT_OFFERED, zh, en, ["providerId"], city)
    if unreached(context, provider):
        needed = provider.assurance
        zh, en = f"该服务需要实名等级 {needed}。", f"This service needs the assurance level {needed}."
        return refused(ErrorCode.ASSURANCE_TOO_LOW, zh, en, ["providerId"], city)
    return None


def unreached(context: Context, provider: Provider) -> bool:
    """Does the service need a higher assurance than the viewer's?"""
    return not context.viewer.reaches(AssuranceLevel(provider.assurance))


ANSWERS = {"Mutation.launch": launch}
