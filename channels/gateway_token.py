"""A short token that the gateway signs for one city: who asks, how sure we are, for how long.  Never an ID number.

ES256 (RFC 7518 §3.4): iss = the gateway's public address, aud = the city, sub = the pairwise id in that city or `gateway`
for a public call, acr = the assurance level, iat, exp, jti.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from channels.answer import Failure
from channels.ask import Ask
from channels.credentials import BadCredential, Clock, Nothing
from channels.draft import Draft

ALGORITHM = "ES256"
NOBODY = "gateway"


class GatewayToken(Nothing):
    """Puts a fresh bearer token on each draft.  `pem` is an EC P-256 private key."""

    def __init__(self, *, issuer: str, audience: str, ttl: timedelta, pem: str, name: str, clock: Clock) -> None:
        self._issuer, self._audience, self._ttl, self._clock = issuer, audience, ttl, clock
        self._key = _private_key(pem, name)
        self._header = {"alg": ALGORITHM, "typ": "JWT", "kid": self._key.thumbprint()}

    async def apply(self, draft: Draft, ask: Ask) -> Failure | None:
        draft.headers["Authorization"] = f"Bearer {self.token(ask)}"
        return None

    def token(self, ask: Ask) -> str:
        """Return: the compact token for one ask."""
        now = int(self._clock().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": ask.claims.get("pairwise_id") or NOBODY,
            "acr": ask.assurance,
            "iat": now,
            "exp": now + int(self._ttl.total_seconds()),
            "jti": secrets.token_urlsafe(16),
        }
        return jwt.encode(self._header, claims, self._key, algorithms=[ALGORITHM])


def _private_key(pem: str, name: str) -> ECKey:
    try:
        key = ECKey.import_key(pem)
    except (JoseError, ValueError, TypeError) as error:
        raise BadCredential(f"{name} is not an EC private key in PEM") from error
    if key.curve_name != "P-256" or not key.is_private:
        raise BadCredential(f"{name} is not a P-256 private key")
    return key
