"""The door: an Authorization header in, a Viewer or a Refusal out.

No header means nobody, which is allowed. A header that does not hold is a Refusal and never quietly nobody:
a client that believes it is signed in must hear that it is not.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import aiohttp

from identity.issuers import Issuer, trusted
from identity.keys import IssuerKeys, KeysUnavailable
from identity.refusal import Refusal, RefusalReason, TokenRefused
from identity.tokens import read_unverified, verify
from identity.verified import VerifiedTokens
from identity.viewer import Viewer

SCHEME = "bearer"  # RFC 6750 §2.1; compared without case (RFC 9110 §11.1)


class Authentication:
    """Verifies access tokens of the trusted issuers. Holds their key caches; one instance per event loop."""

    def __init__(self, issuers: Iterable[Issuer], session: aiohttp.ClientSession) -> None:
        self._issuers = trusted(issuers)
        self._verified = VerifiedTokens()
        self._keys = {url: IssuerKeys(url, session, issuer.algorithms) for url, issuer in self._issuers.items()}

    @property
    def issuers(self) -> Mapping[str, Issuer]:
        """The trusted issuers by URL."""
        return self._issuers

    @property
    def keys(self) -> Mapping[str, IssuerKeys]:
        """The key caches by issuer URL."""
        return self._keys

    async def viewer(self, authorization: str | None, now: datetime) -> Viewer | Refusal:
        """`authorization` is the header's value as it came, None or empty when there was none. Never raises."""
        if not authorization or not authorization.strip():
            return Viewer.anonymous()
        scheme, _, token = authorization.strip().partition(" ")
        if scheme.lower() != SCHEME or not token.strip():
            return Refusal(RefusalReason.MALFORMED, "Authorization")
        return await self.verified(token.strip(), now)

    async def verified(self, token: str, now: datetime) -> Viewer | Refusal:
        """The citizen of one bare access token. Never raises."""
        try:
            unverified = self._verified.read(token) or read_unverified(token)
            issuer = self._issuers.get(unverified.issuer)
            if issuer is None:
                return Refusal(RefusalReason.WRONG_ISSUER)
            if unverified.algorithm not in issuer.algorithms:
                return Refusal(RefusalReason.WRONG_ALGORITHM)
            key = await self._keys[issuer.url].key(unverified.kid, now)
            if key is None:
                return Refusal(RefusalReason.UNKNOWN_KEY)
            known = self._verified.get(unverified, key, now)
            return known or self._verified.keep(unverified, key, verify(unverified, issuer, key, now))
        except TokenRefused as refused:
            return refused.refusal
        except KeysUnavailable:
            return Refusal(RefusalReason.ISSUER_UNREACHABLE)
