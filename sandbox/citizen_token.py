"""The token by which a city knows for whom the gateway asks, checked with the gateway's public keys alone.

What every city's open platform asks of `X-Roam-Citizen` on a call that concerns a citizen (RFC 9068 §4, RFC 8693 §4.1):
signed by a key of the gateway's set with that key's own algorithm, `typ` at+jwt, addressed to this city, alive for a
minute at most, used once, made for the operation that is called, and for the citizen that the request names.
Written from those rules and not from the gateway's code: a city is another party.
"""

import json
from base64 import urlsafe_b64decode
from binascii import Error as BadBase64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.hashes import SHA256

HEADER = "x-roam-citizen"
AUDIENCE = "urn:roam:city:"
KEY_SET = "GATEWAY_JWKS"
PUBLIC = frozenset({"", "venues.list", "slots.list", "notices.list", "local.shuttleLines", "local.policies"})
OUTCOME = "requests.outcome"
MAX_LIFETIME_SECONDS = 60
LEEWAY_SECONDS = 5  # between two clocks on one machine
PAIRWISE_CHARACTERS = 43
MOST_REMEMBERED = 100_000

PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


class BadToken(Exception):
    """The token is refused; the message says which check failed and holds nothing of the token."""


class CitizenTokens:
    """Checks the tokens addressed to one city. `key_set` is a JWK Set (RFC 7517 §5) as text."""

    def __init__(self, key_set: str, audience: str) -> None:
        self._keys = {jwk["kid"]: (jwk["alg"], _key(jwk)) for jwk in json.loads(key_set)["keys"]}
        self._audience = audience
        self._used: dict[str, float] = {}

    def check(self, token: str, operation: str, now: datetime, named: str | None = None) -> Mapping[str, Any]:
        """The claims of a good token. `named` is the pairwise id that the request itself carries, if it does.

        Raises BadToken.
        """
        claims = self._verified(token)
        self._check_times(claims, now.timestamp())
        if claims.get("aud") != self._audience:
            raise BadToken("aud is not this city")
        if not str(claims.get("iss", "")).startswith(("https://", "http://")):
            raise BadToken("iss must be the gateway's address")
        if claims.get("scope") != operation:
            raise BadToken("scope is not this operation")
        _check_people(claims, named)
        self._spend(claims, now.timestamp())
        return claims

    def _verified(self, token: str) -> dict[str, Any]:
        parts = token.split(".")
        if len(parts) != 3:
            raise BadToken("there is no token")
        header = _object(parts[0])
        algorithm, key = self._keys.get(str(header.get("kid")), ("", None))
        if key is None:
            raise BadToken("the key is none of the gateway's")
        if header.get("alg") != algorithm or str(header.get("typ")).lower() != "at+jwt":
            raise BadToken("alg is not the key's own, or typ is not at+jwt")
        try:
            _verify(key, _bytes(parts[2]), f"{parts[0]}.{parts[1]}".encode())
        except (InvalidSignature, ValueError):
            raise BadToken("the signature does not hold") from None
        return _object(parts[1])

    def _check_times(self, claims: Mapping[str, Any], now: float) -> None:
        issued, expires = claims.get("iat"), claims.get("exp")
        if not isinstance(issued, int) or not isinstance(expires, int):
            raise BadToken("iat and exp must be seconds")
        if expires + LEEWAY_SECONDS <= now:
            raise BadToken("expired")
        if issued > now + LEEWAY_SECONDS or expires - issued > MAX_LIFETIME_SECONDS:
            raise BadToken("iat is in the future or the token lives too long")

    def _spend(self, claims: Mapping[str, Any], now: float) -> None:
        number = claims.get("jti")
        if not isinstance(number, str) or not number or number in self._used:
            raise BadToken("jti is missing or was used before")
        if len(self._used) >= MOST_REMEMBERED:
            self._used = {kept: ends for kept, ends in self._used.items() if ends + LEEWAY_SECONDS > now}
        self._used[number] = claims["exp"]


def _check_people(claims: Mapping[str, Any], named: str | None) -> None:
    subject, actor = claims.get("sub"), claims.get("act")
    if not isinstance(subject, str) or len(subject) != PAIRWISE_CHARACTERS:
        raise BadToken("sub must be a pairwise id")
    if named is not None and named != subject:
        raise BadToken("sub is not the citizen of the request")
    if not isinstance(actor, dict) or not isinstance(actor.get("sub"), str):
        raise BadToken("act must name the app")
    person = actor.get("act")
    if person is not None and (not isinstance(person, dict) or len(str(person.get("sub"))) != PAIRWISE_CHARACTERS):
        raise BadToken("act must name the person who acts by a pairwise id")


def _key(jwk: Mapping[str, str]) -> PublicKey:
    x = _bytes(jwk["x"])
    if jwk["kty"] == "OKP":
        return ed25519.Ed25519PublicKey.from_public_bytes(x)
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + x + _bytes(jwk["y"]))


def _verify(key: PublicKey, signature: bytes, data: bytes) -> None:
    """Raises InvalidSignature."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key.verify(signature, data)
    if len(signature) != 64:  # RFC 7518 §3.4: two numbers of 32 bytes
        raise InvalidSignature
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    return key.verify(utils.encode_dss_signature(r, s), data, ec.ECDSA(SHA256()))


def _object(segment: str) -> dict[str, Any]:
    try:
        found = json.loads(_bytes(segment))
    except (ValueError, RecursionError):
        raise BadToken("it is not a JWT") from None
    if not isinstance(found, dict):
        raise BadToken("it is not a JWT")
    return found


def _bytes(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (BadBase64, UnicodeEncodeError):
        raise BadToken("it is not base64url") from None
