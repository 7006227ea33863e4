"""What a city is told about the viewer: exactly the claims that the operation `needs`, and nothing else."""

import asyncio
from collections.abc import Mapping

from channels.answer import Bilingual, Failure
from channels.deployment.snapshot import Channel
from identity.claims import ClaimsFailure
from identity.exchange import NOBODY, OnBehalf
from identity.pairwise import pairwise_id
from resolvers.asking.delegation import in_force, opened
from resolvers.context import Context
from schema.codes import ErrorCode

PAIRWISE = "pairwise_id"
LATE = Failure(
    ErrorCode.BACKEND_TIMEOUT,
    Bilingual(
        "身份提供方没有及时答复,请稍后重试。", "The identity provider did not answer in time; try again shortly."
    ),
    retry_after=5,
)


def name_in(context: Context, channel: Channel) -> str:
    """The pairwise id by which this city, and no other, knows the viewer."""
    return pairwise_id(context.services.pairwise_salt, channel.code, context.viewer.subject)


def on_behalf(context: Context, channel: Channel) -> OnBehalf | None:
    """For whom the city's token is: the citizen, the app, and who acts under a mandate; None for nobody."""
    viewer = context.viewer
    if not viewer.signed_in:
        return None
    actor = viewer.actor
    acting = pairwise_id(context.services.pairwise_salt, channel.code, actor.subject) if actor else ""
    return OnBehalf(name_in(context, channel), viewer.client_id or NOBODY, acting, viewer.expires_at)


async def claims_for(context: Context, channel: Channel, operation: str) -> Mapping[str, str] | Failure:
    """The claims to send with `operation`; a Failure when the identity provider cannot give one of them."""
    needs = channel.operations[operation].needs
    if not needs or not context.viewer.signed_in:
        return {}
    known: dict[str, str] = {}
    if PAIRWISE in needs:
        known[PAIRWISE] = name_in(context, channel)
    if set(needs) - {PAIRWISE}:
        real = await real_name(context)
        if isinstance(real, Failure):
            return real
        known = {**real, **known}
    missing = [need for need in needs if need not in known]
    return absent(missing) if missing else {need: known[need] for need in needs}


async def real_name(context: Context) -> Mapping[str, str] | Failure:
    """The viewer's real-name claims, asked for once a request."""
    try:
        async with asyncio.timeout_at(context.deadline), context.known.reading:
            if context.known.found is None:
                found = await known_of(context)
                context.known.found = told_failure(found) if isinstance(found, ClaimsFailure) else found
            return context.known.found
    except TimeoutError:
        return LATE


async def known_of(context: Context) -> Mapping[str, str] | ClaimsFailure:
    """The citizen's claims: from their provider, or what the principal of a mandate left with it."""
    if context.viewer.actor is None:
        return await context.services.user_info.claims(context.viewer, context.now)
    mandate = await in_force(context)
    left = opened(context.services, mandate) if mandate else {"claims": {}}
    claims: Mapping[str, str] = left["claims"]
    return claims


def told_failure(found: ClaimsFailure) -> Failure:
    """The provider's failure in the words of a call."""
    return Failure(ErrorCode(found.code), Bilingual(found.zh, found.en), found.retry_after, detail=found.detail)


def absent(missing: list[str]) -> Failure:
    """The provider knows the citizen but not these items."""
    named = ", ".join(missing)
    text = Bilingual(
        f"身份提供方没有您的这些信息:{named}。", f"The identity provider does not have this of you: {named}."
    )
    return Failure(ErrorCode.FORBIDDEN, text, detail=f"no claims {named}")
