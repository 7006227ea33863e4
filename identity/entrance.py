"""Everything at the door, built once: who verifies tokens, who admits, who keeps browsers' sessions."""

from dataclasses import dataclass
from datetime import datetime

import aiohttp

from identity.addresses import Addresses, is_loopback
from identity.admission import Admission
from identity.authentication import Authentication
from identity.browsers import BrowserSignIn
from identity.claims import ClaimsFailure, UserInfo
from identity.dpop import Proofs
from identity.issuers import Issuer
from identity.masking import mask_name
from identity.seal import Sealer
from identity.sessions import Lifetimes, Sessions
from identity.viewer import Viewer
from storage import Database


@dataclass(frozen=True, slots=True)
class Entrance:
    """The parts of the door. `addresses` says where this gateway is."""

    authentication: Authentication
    addresses: Addresses
    user_info: UserInfo
    browsers: BrowserSignIn
    admission: Admission

    @classmethod
    def build(
        cls,
        issuers: tuple[Issuer, ...],
        public_url: str,
        *,
        lifetimes: Lifetimes,
        database: Database,
        sealer: Sealer,
        http: aiohttp.ClientSession,
        allowed_origins: tuple[str, ...] = (),
        proofs: Proofs | None = None,
    ) -> "Entrance":
        """`database` has `sessions.MIGRATIONS`; `http` is a session for providers only (`open_session`).

        Browsers are served over plain loopback only where the provider itself is there, as in the sandbox.
        """
        authentication = Authentication(issuers, http)
        addresses = Addresses(public_url, loopback=any(is_loopback(issuer.url) for issuer in issuers[:1]))
        browsers = BrowserSignIn(
            authentication,
            Sessions(database, sealer, lifetimes),
            sealer=sealer,
            addresses=addresses,
            http=http,
            allowed_origins=allowed_origins,
        )
        admission = Admission(authentication, addresses, browsers, proofs)
        return cls(authentication, addresses, UserInfo(authentication, http), browsers, admission)

    async def display_name(self, viewer: Viewer, now: datetime) -> str | None:
        """The citizen's name as it may be shown, `邓**`; None while the provider does not tell it."""
        claims = await self.user_info.claims(viewer, now)
        return None if isinstance(claims, ClaimsFailure) else mask_name(claims.get("name", "")) or None
