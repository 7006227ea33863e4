"""Proofs that a client holds the key its access token is bound to (RFC 9449 §4.3).

A proof is good for one request: its address, its method, this very token, about now, once. All but the last is decided
from the proof alone; whether it was used, `UsedProofs` knows: one process for itself (`UsedHere`), or whatever the
deployment shares. What was used is kept until it would be too old anyway. A proof that cannot be remembered is refused,
because one that is forgotten could be used again.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from identity.addresses import normal
from identity.algorithms import PRIVATE_MEMBERS, PublicKey, fits, public_key
from identity.refusal import RefusalReason, TokenRefused
from identity.tokens import MAX_TOKEN_CHARS, decoded, segment

TYPE = "dpop+jwt"
ALGORITHMS = ("ES256", "EdDSA")  # RFC 9449 §5.1: told to clients in `algs`
WINDOW = timedelta(seconds=60)  # RFC 9449 §11.1: seconds or minutes, in both directions
KEPT = 2 * WINDOW  # made WINDOW ahead at most, good WINDOW after
MAX_REMEMBERED = 100_000  # within two minutes of one process; about 800 requests a second
MAX_JTI_CHARS = 256


@dataclass(frozen=True, slots=True)
class Request:
    """What a proof must have been made for: an HTTP method, and the addresses the request may go by (`normal`)."""

    method: str
    addresses: frozenset[str]


class UsedProofs(Protocol):
    """What was used, for KEPT at least."""

    async def first_use(self, name: bytes, now: datetime) -> bool:
        """Remembers a proof by its 32 bytes. Returns: it was not used before. Raises TokenRefused: that cannot be done."""


class UsedHere:
    """Proofs used in this process, so many within KEPT."""

    def __init__(self, capacity: int = MAX_REMEMBERED) -> None:
        self._capacity = capacity
        self._used: OrderedDict[bytes, datetime] = OrderedDict()

    async def first_use(self, name: bytes, now: datetime) -> bool:
        """As UsedProofs has it; no other task runs meanwhile. Raises TokenRefused PROOFS_FULL."""
        self._forget(now)
        if name in self._used:
            return False
        if len(self._used) >= self._capacity:
            raise TokenRefused(RefusalReason.PROOFS_FULL)
        self._used[name] = now
        return True

    def _forget(self, now: datetime) -> None:
        """Drops what is too old to be accepted again, oldest first."""
        while self._used and now - next(iter(self._used.values())) > KEPT:
            self._used.popitem(last=False)


class Proofs:
    """Checks proofs, each by itself and then against those used."""

    def __init__(self, used: UsedProofs | None = None) -> None:
        self._used = used or UsedHere()

    async def check(self, proof: str | None, token: str, bound_to: str, request: Request, now: datetime) -> None:
        """Passes when the bearer of `token` has just proved to hold the key `bound_to`. Raises TokenRefused."""
        if not proof:
            raise TokenRefused(RefusalReason.PROOF_MISSING)
        key, algorithm = _key(proof)
        if not hmac.compare_digest(key.thumbprint(), bound_to):
            raise TokenRefused(RefusalReason.PROOF_KEY)
        claims = _claims(proof, key, algorithm)
        _check_request(claims, request)
        if not _same(claims.get("ath"), digest(token)):
            raise TokenRefused(RefusalReason.PROOF_ATH)
        _check_time(claims.get("iat"), now)
        if not await self._used.first_use(_name(bound_to, claims.get("jti")), now):
            raise TokenRefused(RefusalReason.PROOF_REPLAYED)


def digest(token: str) -> str:
    """`ath`: 43 characters of unpadded base64url, the SHA-256 of the token (RFC 9449 §4.2)."""
    return urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def _key(proof: str) -> tuple[PublicKey, str]:
    """The key and algorithm a proof's header names. Raises TokenRefused."""
    parts = proof.split(".")
    if len(proof) > MAX_TOKEN_CHARS or len(parts) != 3 or not all(parts):
        raise TokenRefused(RefusalReason.PROOF_MALFORMED)
    header = _header(parts[0])
    algorithm, jwk = header.get("alg"), header.get("jwk")
    if header.get("typ") != TYPE:
        raise TokenRefused(RefusalReason.PROOF_MALFORMED, "typ")
    if algorithm not in ALGORITHMS:
        raise TokenRefused(RefusalReason.PROOF_MALFORMED, "alg")
    if not isinstance(jwk, dict) or PRIVATE_MEMBERS & jwk.keys() or not fits(jwk, str(algorithm)):
        raise TokenRefused(RefusalReason.PROOF_MALFORMED, "jwk")
    key = public_key(jwk)
    if key is None:
        raise TokenRefused(RefusalReason.PROOF_MALFORMED, "jwk")
    return key, str(algorithm)


def _header(part: str) -> Mapping[str, object]:
    try:
        return segment(part)
    except TokenRefused:
        raise TokenRefused(RefusalReason.PROOF_MALFORMED) from None


def _claims(proof: str, key: PublicKey, algorithm: str) -> Mapping[str, object]:
    try:
        return decoded(proof, key, algorithm)
    except TokenRefused as refused:
        bad = refused.refusal.reason is RefusalReason.BAD_SIGNATURE
        raise TokenRefused(RefusalReason.PROOF_SIGNATURE if bad else RefusalReason.PROOF_MALFORMED) from None


def _check_request(claims: Mapping[str, object], request: Request) -> None:
    if claims.get("htm") != request.method:
        raise TokenRefused(RefusalReason.PROOF_REQUEST, "htm")
    address = claims.get("htu")
    if not isinstance(address, str) or normal(address) not in request.addresses:
        raise TokenRefused(RefusalReason.PROOF_REQUEST, "htu")


def _check_time(issued: object, now: datetime) -> None:
    # NaN, which Python's JSON reads, fails the comparison too.
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise TokenRefused(RefusalReason.PROOF_MALFORMED, "iat")
    if not abs(now.timestamp() - issued) <= WINDOW.total_seconds():
        raise TokenRefused(RefusalReason.PROOF_TIME)


def _name(bound_to: str, jti: object) -> bytes:
    """32 bytes by which a proof is remembered: its `jti` is unique for its key alone (RFC 9449 §4.2)."""
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI_CHARS or not jti.isprintable():
        raise TokenRefused(RefusalReason.PROOF_MALFORMED, "jti")
    return hashlib.sha256(f"{bound_to}\0{jti}".encode()).digest()


def _same(found: object, expected: str) -> bool:
    return isinstance(found, str) and found.isascii() and hmac.compare_digest(found, expected)
