"""One access token in, the citizen it speaks for out (RFC 9068 §4). No I/O: the key is passed.

The algorithm is ours, not the token's: ES256 alone, so `none` and HS256 with a public key as the secret fail
before any key is looked at. Keys come from the trusted issuer by key id; `jwk`, `jku` and `x5u` headers are
never followed. Claims are read only after the signature held.
"""

import json
import re
from base64 import urlsafe_b64decode
from binascii import Error as BadBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from identity.assurance import assured
from identity.issuers import Issuer
from identity.refusal import RefusalReason, TokenRefused
from identity.viewer import Viewer

ALGORITHM = "ES256"
TYPES = frozenset({"at+jwt", "application/at+jwt"})  # RFC 9068 §4
LEEWAY = timedelta(seconds=60)
END_OF_TIME = 253402300800  # the first second of the year 10000, which a datetime cannot hold
MAX_TOKEN_CHARS = 8192
HOME_CITY = re.compile(r"[0-9]{6}")  # GB/T 2260
# RFC 9068 §2.2; `client_id` and `jti` are required there too, but decide nothing here.
REQUIRED_CLAIMS = ("iss", "exp", "aud", "sub", "iat", "home_city")


@dataclass(frozen=True, slots=True)
class Unverified:
    """What a token says of itself before its signature is checked: enough to find the key, nothing more."""

    text: str = field(repr=False)
    issuer: str
    kid: str | None


def read_unverified(text: str) -> Unverified:
    """Checks shape, algorithm and type. Raises TokenRefused."""
    parts = text.split(".")
    if len(text) > MAX_TOKEN_CHARS or len(parts) != 3 or not all(parts[:2]):
        raise TokenRefused(RefusalReason.MALFORMED)
    header, claims = _segment(parts[0]), _segment(parts[1])
    _check_header(header)
    issuer, kid = claims.get("iss"), header.get("kid")
    if not isinstance(issuer, str):
        raise TokenRefused(RefusalReason.MISSING_CLAIM, "iss")
    if kid is not None and not isinstance(kid, str):
        raise TokenRefused(RefusalReason.MALFORMED)
    return Unverified(text, issuer, kid)


def verify(token: Unverified, issuer: Issuer, key: ECKey, now: datetime) -> Viewer:
    """The citizen of a token whose signature, audience and times hold. Raises TokenRefused."""
    claims = _signed_claims(token.text, key)
    for name in REQUIRED_CLAIMS:
        if claims.get(name) in (None, ""):
            raise TokenRefused(RefusalReason.MISSING_CLAIM, name)
    if claims["iss"] != issuer.url:
        raise TokenRefused(RefusalReason.WRONG_ISSUER)
    _check_audience(claims["aud"], issuer.audience)
    _check_times(claims, now.timestamp())
    subject, home_city = claims["sub"], claims["home_city"]
    if not isinstance(subject, str):
        raise TokenRefused(RefusalReason.MALFORMED, "sub")
    if not isinstance(home_city, str) or not HOME_CITY.fullmatch(home_city):
        raise TokenRefused(RefusalReason.MALFORMED, "home_city")
    level = assured(claims.get("acr"), issuer.acr)
    expires_at = datetime.fromtimestamp(_seconds(claims, "exp"), UTC)
    return Viewer(issuer.subject(subject), home_city, level, token.text, issuer.url, expires_at)


def _segment(text: str) -> Mapping[str, object]:
    try:
        found = json.loads(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (BadBase64, ValueError, RecursionError):
        raise TokenRefused(RefusalReason.MALFORMED) from None
    if not isinstance(found, dict):
        raise TokenRefused(RefusalReason.MALFORMED)
    return found


def _check_header(header: Mapping[str, object]) -> None:
    algorithm, kind = header.get("alg"), header.get("typ")
    if not isinstance(algorithm, str):
        raise TokenRefused(RefusalReason.MALFORMED)
    if algorithm.lower() == "none":
        raise TokenRefused(RefusalReason.ALG_NONE)
    if algorithm != ALGORITHM:
        raise TokenRefused(RefusalReason.WRONG_ALGORITHM)
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise TokenRefused(RefusalReason.WRONG_TYPE)


def _signed_claims(text: str, key: ECKey) -> Mapping[str, object]:
    # Header names we do not know are ignored (RFC 7515 §4); those listed in `crit` are still refused.
    registry = JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
    registry.max_header_length = MAX_TOKEN_CHARS
    try:
        return jwt.decode(text, key, algorithms=[ALGORITHM], registry=registry).claims
    except BadSignatureError:
        raise TokenRefused(RefusalReason.BAD_SIGNATURE) from None
    except (JoseError, ValueError, TypeError, RecursionError):
        raise TokenRefused(RefusalReason.MALFORMED) from None


def _check_audience(found: object, expected: str) -> None:
    audiences = found if isinstance(found, list) else [found]
    if expected not in audiences:
        raise TokenRefused(RefusalReason.WRONG_AUDIENCE)


def _check_times(claims: Mapping[str, object], now_seconds: float) -> None:
    """RFC 7519 §4.1.4 to §4.1.6, with a leeway for clocks that differ."""
    if _seconds(claims, "exp") + LEEWAY.total_seconds() <= now_seconds:
        raise TokenRefused(RefusalReason.EXPIRED)
    for name in ("iat", "nbf"):
        if name in claims and _seconds(claims, name) - LEEWAY.total_seconds() > now_seconds:
            raise TokenRefused(RefusalReason.NOT_YET_VALID)


def _seconds(claims: Mapping[str, object], name: str) -> float:
    value = claims[name]
    # NaN, which Python's JSON reads, fails the comparison too.
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < END_OF_TIME:
        return value
    raise TokenRefused(RefusalReason.MALFORMED, name)
