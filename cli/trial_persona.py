"""A sandbox persona as the citizen of a tried call: signed in at the sandbox's provider, with the claims that it gives.

The sign-in, the token's verification, UserInfo and the pairwise id are the gateway's own; nothing of a persona is known here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from channels.declared.secrets import MissingSecret
from channels.deployment.snapshot import Channel, Snapshot
from channels.deployment.trusted import issuers_of
from cli.token import SignInError, default_issuer, sign_in
from identity import Authentication, Refusal, UserInfo, open_session
from identity.claims import ClaimsFailure
from identity.exchange import OnBehalf
from identity.pairwise import WeakSalt, pairwise_id
from sandbox import running, switch

HOME = Path(".sandbox")
PAIRWISE, SALT = "pairwise_id", "GATEWAY_PAIRWISE_SALT"
USUAL = "test-zhang"


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who is asked for: the claims that the operation declares, and what the city's token says."""

    claims: Mapping[str, str]
    assurance: str
    behalf: OnBehalf | None


NOBODY = Citizen({}, "ANONYMOUS", None)


def issuer_here() -> str:
    """The provider that `roam up` started from this folder, or the one that the environment names."""
    named = os.environ.get("ROAM_ISSUER") or os.environ.get("ROAM_SANDBOX_PORT")
    return default_issuer(os.environ) if named else running.issuer(HOME) or default_issuer(os.environ)


def full_key(issuer: str, persona: str, city: str) -> str:
    """The persona's key: `test-zhang` is the one of the city that is tried, and so is nobody in particular.

    A city that the sandbox has no persona of, such as one that was made up a minute ago, gets the sandbox's first one.
    Raises: SignInError: nobody answers, or no such persona.
    """
    try:
        _, rows = switch.call("GET", f"{issuer}/personas")
        known = [str(row["key"]) for row in rows]
    except (switch.NoAnswer, KeyError, TypeError):
        raise SignInError(f"the sandbox is not up: {issuer} does not answer; start it with: roam up") from None
    for key in (persona, f"{persona}@{city}") if persona else (f"{USUAL}@{city}", *known):
        if key in known:
            return key
    own = [key for key in known if "@" not in key or key.endswith(f"@{city}")]
    raise SignInError(f"no persona {persona!r} in the sandbox; known here: {', '.join(own)}")


async def citizen(snapshot: Snapshot, channel: Channel, needs: tuple[str, ...], persona: str) -> Citizen:
    """The persona as this city may know them.  Raises: SignInError."""
    issuer = issuer_here()
    token = await sign_in(issuer, full_key(issuer, persona, channel.slug))
    now = datetime.now(UTC)
    async with open_session() as session:
        authentication = Authentication(issuers_of(snapshot, issuer), session)
        viewer = await authentication.verified(token, now)
        if isinstance(viewer, Refusal):
            raise SignInError(f"the persona's token is refused: {viewer.reason}; does the sandbox run on this root?")
        real = await UserInfo(authentication, session).claims(viewer, now) if set(needs) - {PAIRWISE} else {}
    if isinstance(real, ClaimsFailure):
        raise SignInError(real.en)
    name = _pairwise(snapshot, channel, viewer.subject)
    claims = {**real, PAIRWISE: name}
    behalf = OnBehalf(name, viewer.client_id or "roam-cli", "", viewer.expires_at)
    return Citizen({key: claims[key] for key in needs if key in claims}, str(viewer.assurance.value), behalf)


def _pairwise(snapshot: Snapshot, channel: Channel, subject: str) -> str:
    try:
        return pairwise_id(snapshot.secrets.reveal(SALT).encode(), channel.code, subject)
    except (MissingSecret, WeakSalt) as error:
        raise SignInError(f"{error}; set it with: roam secrets set {SALT}") from None
