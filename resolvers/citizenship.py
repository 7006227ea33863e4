"""What a city is told about the viewer: exactly the claims that the operation `needs`, and nothing else."""

from collections.abc import Mapping

from channels.answer import Bilingual, Failure
from channels.failures import failure
from channels.snapshot import Channel
from identity.claims import ClaimsFailure
from identity.pairwise import pairwise_id
from identity.viewer import Viewer
from schema.codes import ErrorCode

from .context import Context

PAIRWISE = "pairwise_id"


def name_in(context: Context, channel: Channel, viewer: Viewer) -> str:
    """The pairwise id by which this city, and no other, knows the viewer."""
    return pairwise_id(context.services.pairwise_salt, channel.config.city.code, viewer.subject)


async def claims_for(context: Context, channel: Channel, operation: str) -> Mapping[str, str] | Failure:
    """The claims to send with `operation`; a Failure when the identity provider cannot give one of them."""
    needs = channel.operations[operation].needs
    if not needs or not context.viewer.signed_in:
        return {}
    known: dict[str, str] = {}
    if PAIRWISE in needs:
        known[PAIRWISE] = name_in(context, channel, context.viewer)
    if set(needs) - {PAIRWISE}:
        real = await real_name(context)
        if isinstance(real, Failure):
            return real
        known = {**real, **known}
    missing = [need for need in needs if need not in known]
    return absent(missing) if missing else {need: known[need] for need in needs}


async def real_name(context: Context) -> Mapping[str, str] | Failure:
    """The viewer's real-name claims, asked for once a request."""
    if context.claims is None:
        found = await context.services.user_info.claims(context.viewer, context.now)
        context.claims = told_failure(found) if isinstance(found, ClaimsFailure) else found
    return context.claims


def told_failure(found: ClaimsFailure) -> Failure:
    """The provider's failure in the words of a call."""
    return Failure(ErrorCode(found.code), Bilingual(found.zh, found.en), found.retry_after, detail=found.detail)


def absent(missing: list[str]) -> Failure:
    """The provider knows the citizen but not these items."""
    return failure(ErrorCode.FORBIDDEN, f"the identity provider gave no {', '.join(missing)}")
