"""Token exchange inside the gateway: from a verified sign-in to a token for one city and one operation.

Source: RFC 8693. The subject is the citizen whose access token the gateway verified; the token that comes out speaks of
them by the pairwise id of one city, is addressed to that city alone (`aud`), names in `act` the app that asks and, below
it, the person who really acts (§4.1: the outermost is the current actor, those inside came before), and allows the one
canonical operation in `scope`. Its shape is RFC 9068's. It lives for seconds and is made afresh for every call.

Never in it: a name, a number, the subject at the provider, or another city's name for the citizen.
"""

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

Algorithm = Literal["ES256", "EdDSA"]

TYPE = "at+jwt"  # RFC 9068 §2.1
NOBODY = "gateway"  # the `sub` of a call that is made for no citizen, and the app where none is known
MAX_LIFETIME = timedelta(seconds=60)
JTI_BYTES = 16
P256_BYTES = 32


class BadSigningKey(ValueError):
    """A text that is no private key of its algorithm; the message holds nothing of it."""


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """For whom a city is asked, in the names of that city alone.

    `subject` is the citizen's pairwise id, `client` the app that let them in, `actor` the pairwise id of the person who
    acts under a mandate (empty where citizens act for themselves), `until` when the sign-in ends.
    """

    subject: str = field(repr=False)
    client: str = NOBODY
    actor: str = field(default="", repr=False)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of the gateway, ready to sign; `public` is its JWK (RFC 7517) for those who verify."""

    algorithm: Algorithm
    public: Mapping[str, str]
    _key: EllipticCurvePrivateKey | Ed25519PrivateKey = field(repr=False)
    _header: str = field(repr=False)

    @classmethod
    def read(cls, pem: str, algorithm: Algorithm = "ES256") -> "SigningKey":
        """From PEM: P-256 for ES256 (RFC 7518 §3.4), Ed25519 for EdDSA (RFC 8037 §3.1). Raises BadSigningKey."""
        try:
            key = load_pem_private_key(pem.encode(), None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise BadSigningKey("not a private key in PEM") from error
        members = _members(key, algorithm)
        kid = _thumbprint(members)
        header = {"alg": algorithm, "typ": TYPE, "kid": kid}
        public = {**members, "kid": kid, "alg": algorithm, "use": "sig"}
        return cls(algorithm, public, key, _segment(header))  # type: ignore[arg-type]  # _members has looked

    def signed(self, claims: Mapping[str, object]) -> str:
        """The compact JWS (RFC 7515 §7.1) over `claims`."""
        text = f"{self._header}.{_segment(claims)}"
        return f"{text}.{_base64(self._signature(text.encode()))}"

    def _signature(self, data: bytes) -> bytes:
        match self._key:
            case Ed25519PrivateKey():
                return self._key.sign(data)
            case _:
                r, s = decode_dss_signature(self._key.sign(data, ECDSA(hashes.SHA256())))
                return r.to_bytes(P256_BYTES) + s.to_bytes(P256_BYTES)  # RFC 7518 §3.4


def exchange(
    behalf: OnBehalf | None,
    key: SigningKey,
    *,
    issuer: str,
    audience: str,
    scope: str,
    acr: str,
    now: datetime,
    lifetime: timedelta = MAX_LIFETIME,
) -> str:
    """The token for one call of one city; None as `behalf` asks for nobody.

    `issuer` is the gateway's public address, `scope` the canonical operation, `acr` the assurance level by name.
    It ends after `lifetime`, and never after the sign-in it was exchanged for.
    """
    issued = int(now.timestamp())
    ends = issued + int(min(lifetime, MAX_LIFETIME).total_seconds())
    if behalf is not None and behalf.until is not None:
        ends = max(min(ends, int(behalf.until.timestamp())), issued + 1)
    client = behalf.client if behalf else NOBODY
    return key.signed(
        {
            "iss": issuer,
            "aud": audience,
            "sub": behalf.subject if behalf else NOBODY,
            "act": _actor(client, behalf.actor if behalf else ""),
            "client_id": client,
            "scope": scope,
            "acr": acr,
            "iat": issued,
            "exp": ends,
            "jti": secrets.token_urlsafe(JTI_BYTES),
        }
    )


def _actor(client: str, person: str) -> dict[str, object]:
    """RFC 8693 §4.1: the app acts now; the person it acts for under a mandate is nested inside."""
    return {"sub": client, "act": {"sub": person}} if person else {"sub": client}


def _members(key: object, algorithm: str) -> dict[str, str]:
    """The required public members of the JWK, in the order of their names (RFC 7638 §3.2, RFC 8037 §2)."""
    if algorithm == "ES256" and isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
        numbers = key.public_key().public_numbers()
        x, y = (_base64(number.to_bytes(P256_BYTES)) for number in (numbers.x, numbers.y))
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}
    if algorithm == "EdDSA" and isinstance(key, Ed25519PrivateKey):
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"crv": "Ed25519", "kty": "OKP", "x": _base64(raw)}
    wanted = "an EC private key on P-256" if algorithm == "ES256" else "an Ed25519 private key"
    raise BadSigningKey(f"not {wanted}, which {algorithm} needs")


def _thumbprint(members: Mapping[str, str]) -> str:
    """RFC 7638 §3."""
    return _base64(sha256(json.dumps(members, separators=(",", ":")).encode()).digest())


def _segment(value: Mapping[str, object]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
