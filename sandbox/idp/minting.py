"""What the provider signs: access tokens (RFC 9068) and id tokens. Neither ever holds a name or a number."""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta

from joserfc import jwt

from sandbox.idp.codes import Grant
from sandbox.idp.provider import Provider
from sandbox.personas import Persona

ALGORITHM = "ES256"
TOKEN_LIFETIME = timedelta(hours=1)

Claims = dict[str, str | int | dict[str, str] | list[str]]


def access_token(provider: Provider, grant: Grant, persona: Persona, now: datetime, bound_to: str = "") -> str:
    """A token for the gateway: `home_city` is a GB code, `acr` what the citizen signed in with, `groups` theirs (RFC 9068
    §2.2.3.1), `bound_to` the thumbprint of the client's key where it showed one.
    """
    claims: Claims = {
        **_common(provider, grant, persona, now),
        "aud": provider.audience,
        "jti": secrets.token_urlsafe(16),
        "client_id": grant.client_id,
        "scope": grant.scope,
        "home_city": persona.home_city,
    }
    if persona.groups:
        claims["groups"] = list(persona.groups)
    if bound_to:
        claims["cnf"] = {"jkt": bound_to}
    return _signed(provider, "at+jwt", claims)


def id_token(provider: Provider, grant: Grant, persona: Persona, now: datetime, access: str) -> str:
    """The client's proof of who signed in (OpenID Connect Core 1.0 §2); bound to the access token by `at_hash`."""
    half = hashlib.sha256(access.encode("ascii")).digest()[:16]
    claims = {
        **_common(provider, grant, persona, now),
        "aud": grant.client_id,
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
    }
    if grant.nonce:
        claims["nonce"] = grant.nonce
    return _signed(provider, "JWT", claims)


def _common(provider: Provider, grant: Grant, persona: Persona, now: datetime) -> Claims:
    issued = int(now.timestamp())
    return {
        "iss": provider.issuer,
        "sub": persona.subject,
        "iat": issued,
        "exp": issued + int(TOKEN_LIFETIME.total_seconds()),
        "auth_time": int(grant.at.timestamp()),
        "acr": grant.acr,
    }


def _signed(provider: Provider, kind: str, claims: Claims) -> str:
    key = provider.keys.current
    header = {"alg": ALGORITHM, "typ": kind, "kid": str(key.kid)}
    return jwt.encode(header, dict(claims), key, algorithms=[ALGORITHM])
