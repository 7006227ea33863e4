"""Who a request is from, whichever way it says so: a bearer token, a bound token with its proof, a browser's session.

The Authorization header comes first: who sends one means it. Without one a session cookie speaks for the citizen, if
the page that sent it proves to be ours. Nothing at all is nobody, which is allowed; anything that does not hold is a
Refusal and never quietly nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from identity.addresses import Addresses, Served
from identity.authentication import Authentication
from identity.dpop import Proofs, Request
from identity.refusal import Refusal, RefusalReason, TokenRefused
from identity.viewer import Viewer

BEARER, DPOP = "bearer", "dpop"  # RFC 6750 §2.1, RFC 9449 §7.1; compared without case (RFC 9110 §11.1)


@dataclass(slots=True)
class Standing:
    """What one WebSocket has proved so far. A proof comes with its first message, and is good once; its operations
    are asked for their token again and again, and stand on that proof.
    """

    proof: str | None = None


class Presented(Protocol):
    """What a client brought to the door."""

    @property
    def authorization(self) -> str | None:
        """The Authorization header, or what stands for it."""

    @property
    def proof(self) -> str | None:
        """The DPoP header, or what stands for it."""

    @property
    def headers(self) -> Mapping[str, str]:
        """All of them, names in lower case."""

    @property
    def method(self) -> str:
        """Of the HTTP request; a WebSocket opens with GET."""

    @property
    def served(self) -> Served:
        """Where the request came in."""

    @property
    def standing(self) -> Standing | None:
        """Of a WebSocket; None for a request by itself."""


class Browsers(Protocol):
    """Sessions of browsers, as far as the door needs them."""

    async def viewer(self, presented: Presented, now: datetime) -> Viewer | Refusal | None:
        """The citizen of the session cookie; None when there is no cookie."""


class Admission:
    """The one question of the door. `proofs` remembers those used: the same ones for every instance of a process."""

    def __init__(
        self,
        authentication: Authentication,
        addresses: Addresses,
        browsers: Browsers | None = None,
        proofs: Proofs | None = None,
    ) -> None:
        self._authentication = authentication
        self._addresses = addresses
        self._browsers = browsers
        self._proofs = proofs or Proofs()

    async def viewer(self, presented: Presented, now: datetime) -> Viewer | Refusal:
        """Who it is. Never raises."""
        authorization = (presented.authorization or "").strip()
        if not authorization:
            found = await self._browsers.viewer(presented, now) if self._browsers else None
            return found or Viewer.anonymous()
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() not in (BEARER, DPOP) or not token.strip():
            return Refusal(RefusalReason.MALFORMED, "Authorization")
        viewer = await self._authentication.verified(token.strip(), now)
        return viewer if isinstance(viewer, Refusal) else await self._bound(viewer, scheme.lower(), presented, now)

    async def _bound(self, viewer: Viewer, scheme: str, presented: Presented, now: datetime) -> Viewer | Refusal:
        """A bound token is good with a proof only, a plain one as Bearer only (RFC 9449 §7.1, §7.2)."""
        if scheme == BEARER:
            return Refusal(RefusalReason.BOUND) if viewer.bound_to else viewer
        if not viewer.bound_to:
            return Refusal(RefusalReason.UNBOUND)
        standing, proof = presented.standing, presented.proof
        if standing is not None and proof and standing.proof == f"{viewer.bound_to} {proof}":
            return viewer
        request = Request(presented.method, self._addresses.names(presented.served))
        try:
            await self._proofs.check(proof, viewer.token, viewer.bound_to, request, now)
        except TokenRefused as refused:
            return refused.refusal
        if standing is not None:
            standing.proof = f"{viewer.bound_to} {proof}"
        return viewer
