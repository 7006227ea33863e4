"""One access token in, the citizen it speaks for out (RFC 9068 §4). No I/O: the key is passed.

The algorithm is the issuer's as configured, not the token's: one of a closed list of asymmetric ones, so `none` and
HS256 with a public key as the secret fail before any key is looked at. Keys come from the trusted issuer by key id;
`jwk`, `jku` and `x5u` headers are never followed. Claims are read only after the signature held.
"""

import json
import re
import warnings
from base64 import urlsafe_b64decode
from binascii import Error as BadBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jws import JWSRegistry

from identity.algorithms import KNOWN, PublicKey, fits
from identity.assurance import assured
from identity.issuers import Issuer
from identity.refusal import RefusalReason, TokenRefused
from identity.viewer import Viewer

TYPES = frozenset({"at+jwt", "application/at+jwt"})  # RFC 9068 §4
LEEWAY = timedelta(seconds=60)
END_OF_TIME = 253402300800  # the first second of the year 10000, which a datetime cannot hold
MAX_TOKEN_CHARS = 8192
HOME_CITY = re.compile(r"[0-9]{6}")  # GB/T 2260
THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")  # RFC 7638 §3: an unpadded SHA-256
MAX_CLIENT_CHARS = 200
# RFC 9068 §2.2; `client_id` and `jti` are required there too, but let nobody in here.
REQUIRED_CLAIMS = ("iss", "exp", "aud", "sub", "iat", "home_city")


@dataclass(frozen=True, slots=True)
class Unverified:
    """What a token says of itself before its signature is checked: enough to find the key, nothing more."""

    text: str = field(repr=False)
    issuer: str
    kid: str | None
    algorithm: str


def read_unverified(text: str) -> Unverified:
    """Checks shape, algorithm and type. Raises TokenRefused."""
    parts = text.split(".")
    if len(text) > MAX_TOKEN_CHARS or len(parts) != 3 or not all(parts[:2]):
        raise TokenRefused(RefusalReason.MALFORMED)
    header, claims = segment(parts[0]), segment(parts[1])
    algorithm = _algorithm(header)
    issuer, kid = claims.get("iss"), header.get("kid")
    if not isinstance(issuer, str):
        raise TokenRefused(RefusalReason.MISSING_CLAIM, "iss")
    if kid is not None and not isinstance(kid, str):
        raise TokenRefused(RefusalReason.MALFORMED)
    return Unverified(text, issuer, kid, algorithm)


def verify(token: Unverified, issuer: Issuer, key: PublicKey, now: datetime) -> Viewer:
    """The citizen of a token whose signature, audience and times hold. Raises TokenRefused."""
    claims = signed_claims(token, issuer, key)
    for name in REQUIRED_CLAIMS:
        if claims.get(name) in (None, ""):
            raise TokenRefused(RefusalReason.MISSING_CLAIM, name)
    if claims["iss"] != issuer.url:
        raise TokenRefused(RefusalReason.WRONG_ISSUER)
    _check_audience(claims["aud"], issuer.audience)
    _check_times(claims, now.timestamp())
    return Viewer(
        subject=_subject(claims, issuer),
        home_city=_home_city(claims, issuer),
        assurance=assured(claims.get("acr"), issuer.acr, claims.get("amr"), issuer.amr),
        token=token.text,
        issuer=issuer.url,
        expires_at=_moment(claims, "exp"),
        client_id=_client(claims),
        auth_time=_moment(claims, "auth_time") if claims.get("auth_time") is not None else None,
        bound_to=_thumbprint(claims),
        groups=_groups(claims, issuer),
    )


def signed_claims(token: Unverified, issuer: Issuer, key: PublicKey) -> Mapping[str, object]:
    """The claims of a token whose signature holds under an algorithm of this issuer. Raises TokenRefused."""
    if token.algorithm not in issuer.algorithms or not fits(key.as_dict(private=False), token.algorithm):
        raise TokenRefused(RefusalReason.WRONG_ALGORITHM)
    return decoded(token.text, key, token.algorithm)


def decoded(text: str, key: PublicKey, algorithm: str) -> Mapping[str, object]:
    """The claims of a compact token signed by this key with this algorithm. Raises TokenRefused."""
    # Header names we do not know are ignored (RFC 7515 §4); those listed in `crit` are still refused.
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = MAX_TOKEN_CHARS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "EdDSA" is spelled "Ed25519" since RFC 9864; issuers still write the old
            return jwt.decode(text, key, algorithms=[algorithm], registry=registry).claims
    except BadSignatureError:
        raise TokenRefused(RefusalReason.BAD_SIGNATURE) from None
    except (JoseError, ValueError, TypeError, RecursionError):
        raise TokenRefused(RefusalReason.MALFORMED) from None


def segment(text: str) -> Mapping[str, object]:
    """One JSON part of a compact token, unverified. Raises TokenRefused."""
    try:
        found = json.loads(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (BadBase64, ValueError, RecursionError):
        raise TokenRefused(RefusalReason.MALFORMED) from None
    if not isinstance(found, dict):
        raise TokenRefused(RefusalReason.MALFORMED)
    return found


def _algorithm(header: Mapping[str, object]) -> str:
    algorithm, kind = header.get("alg"), header.get("typ")
    if not isinstance(algorithm, str):
        raise TokenRefused(RefusalReason.MALFORMED)
    if algorithm.lower() == "none":
        raise TokenRefused(RefusalReason.ALG_NONE)
    if algorithm not in KNOWN:
        raise TokenRefused(RefusalReason.WRONG_ALGORITHM)
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise TokenRefused(RefusalReason.WRONG_TYPE)
    return algorithm


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims[name]
    if not isinstance(value, str) or not value.isprintable():  # half a character would fail far from here
        raise TokenRefused(RefusalReason.MALFORMED, name)
    return value


def _subject(claims: Mapping[str, object], issuer: Issuer) -> str:
    """The gateway's subject. A plain one that reads like another provider's qualified one would be that citizen: refused."""
    found = _text(claims, "sub")
    if not issuer.qualified and "|" in found and found.startswith(("https://", "http://")):
        raise TokenRefused(RefusalReason.MALFORMED, "sub")
    return issuer.subject(found)


def _home_city(claims: Mapping[str, object], issuer: Issuer) -> str:
    code = _text(claims, "home_city")
    if not HOME_CITY.fullmatch(code):
        raise TokenRefused(RefusalReason.MALFORMED, "home_city")
    if not issuer.vouches_for(code):
        raise TokenRefused(RefusalReason.FOREIGN_CITY)
    return code


def _client(claims: Mapping[str, object]) -> str:
    """The app, by RFC 9068 §2.2 or OpenID Connect Core §2; empty where none is named."""
    found = claims.get("client_id") or claims.get("azp") or ""
    if not isinstance(found, str) or len(found) > MAX_CLIENT_CHARS or not found.isprintable():
        raise TokenRefused(RefusalReason.MALFORMED, "client_id")
    return found


def _groups(claims: Mapping[str, object], issuer: Issuer) -> frozenset[str]:
    """The citizen's groups (RFC 9068 §2.2.3.1). What is no text is no group: it opens nothing, and refuses nobody."""
    found = claims.get(issuer.groups)
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()


def _thumbprint(claims: Mapping[str, object]) -> str:
    """The key a token is bound to (RFC 9449 §6.1). A binding of another sort cannot be checked here: refused."""
    binding = claims.get("cnf")
    if binding is None:
        return ""
    found = binding.get("jkt") if isinstance(binding, dict) and len(binding) == 1 else None
    if not isinstance(found, str) or not THUMBPRINT.fullmatch(found):
        raise TokenRefused(RefusalReason.MALFORMED, "cnf")
    return found


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


def _moment(claims: Mapping[str, object], name: str) -> datetime:
    return datetime.fromtimestamp(_seconds(claims, name), UTC)
