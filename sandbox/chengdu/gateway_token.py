"""The token by which Chengdu knows the gateway and, in `sub`, the citizen behind a request.

ES256 only, verified with the public half of CHENGDU_GATEWAY_KEY; addressed to this server; alive for minutes at most.
The key is the gateway's alone, so `iss` has to be an address but is not compared with a list.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Collection
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from sandbox.faults import active

MAX_SKEW_SECONDS = 300
MAX_LIFETIME_SECONDS = 300
LEEWAY_SECONDS = 5  # between two clocks on one machine
NOBODY = "gateway"  # the sub of a request that is made for no citizen
PAIRWISE_ID_CHARACTERS = 43
_ANOTHER = ECKey.generate_key("P-256")  # what the city checks with under `wrong_key`


class BadToken(Exception):
    """The token is refused; the message says which check failed and holds nothing of the token."""


class Verifier:
    """Checks tokens addressed to one audience.  Raises ValueError: the key is not a P-256 key."""

    def __init__(self, gateway_key: str, audience: str, *, careless: bool = False) -> None:
        """`careless`: believe what a token says without looking at its signature."""
        pair = ECKey.import_key(gateway_key)
        public = pair.as_dict(private=False)
        if public.get("crv") != "P-256":
            raise ValueError("CHENGDU_GATEWAY_KEY must be an EC key on P-256")
        self._key, self._audience, self._careless = ECKey.import_key(public), audience, careless

    def citizen(self, authorization: str, operations: Collection[str], now: datetime) -> str | None:
        """The pairwise id in the token of an Authorization header; None for a request for nobody.

        `operations` are the canonical ones that are called.  Raises BadToken.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise BadToken("no bearer token")
        if self._careless:
            return _subject(_unverified(token).get("sub"))
        try:
            decoded = jwt.decode(token.strip(), self._checked_with(), algorithms=["ES256"])
        except (JoseError, ValueError):
            raise BadToken("not an ES256 token signed by the gateway") from None
        self._check(decoded.header, decoded.claims, now.timestamp())
        subject = _subject(decoded.claims.get("sub"))
        if subject is not None:
            _check_scope(decoded.claims, operations)
        return subject

    def _checked_with(self) -> ECKey:
        return _ANOTHER if active() in {"wrong_key", "bad_token"} else self._key

    def _check(self, header: dict[str, Any], claims: dict[str, Any], now: float) -> None:
        if str(header.get("typ", "")).lower() != "at+jwt":  # RFC 9068 §4
            raise BadToken("typ must be at+jwt")
        audience = claims.get("aud")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise BadToken("aud is not this server")
        if not str(claims.get("iss", "")).startswith(("https://", "http://")):
            raise BadToken("iss must be the gateway's address")
        issued, expires = _instant(claims, "iat"), _instant(claims, "exp")
        if expires + LEEWAY_SECONDS <= now:
            raise BadToken("expired")
        if issued > now + MAX_SKEW_SECONDS or expires - issued > MAX_LIFETIME_SECONDS:
            raise BadToken("iat is in the future or the token lives too long")


def _unverified(token: str) -> dict[str, Any]:
    try:
        payload = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
    except (ValueError, IndexError):
        raise BadToken("not a token") from None
    return payload if isinstance(payload, dict) else {}


def _check_scope(claims: dict[str, Any], operations: Collection[str]) -> None:
    """A token about a citizen is for one operation, and says which app asks (RFC 8693 §4.1, §4.2)."""
    if any(claims.get("scope") != operation for operation in operations):
        raise BadToken("scope is not this operation")
    actor = claims.get("act")
    if not isinstance(actor, dict) or not isinstance(actor.get("sub"), str):
        raise BadToken("act must name the app")


def _instant(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadToken(f"{name} must be a number of seconds")
    return value


def _subject(sub: object) -> str | None:
    if sub == NOBODY:
        return None
    if not isinstance(sub, str) or len(sub) != PAIRWISE_ID_CHARACTERS:
        raise BadToken("sub must be a pairwise id")
    return sub
