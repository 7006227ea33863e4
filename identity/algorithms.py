"""Signature algorithms a token may use, and the public keys that fit them.

The list is closed: asymmetric signatures only. `none` and HS256 are no names of this module, so no configuration can
let them in. A key signs with the algorithms of its own kind, and with one alone where the issuer says so (`alg`).
"""

from base64 import urlsafe_b64decode
from collections.abc import Collection, Mapping

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

PublicKey = ECKey | OKPKey | RSAKey

DEFAULT = ("ES256",)
# By algorithm (RFC 7518 §3.1, RFC 8037 §3.1): the kind of key, its curve, the members that make up its public half.
_KINDS: Mapping[str, tuple[str, str | None, tuple[str, ...]]] = {
    "ES256": ("EC", "P-256", ("crv", "x", "y")),
    "EdDSA": ("OKP", "Ed25519", ("crv", "x")),
    "RS256": ("RSA", None, ("n", "e")),
    "PS256": ("RSA", None, ("n", "e")),
}
KNOWN = tuple(_KINDS)
MIN_RSA_BITS = 2048  # RFC 7518 §3.3
MAX_RSA_BITS = 8192  # a larger one is only there to be slow
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_CLASSES: Mapping[str, type[ECKey] | type[OKPKey] | type[RSAKey]] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}


def fits(entry: Mapping[str, object], algorithm: str) -> bool:
    """True when a JWK may check signatures of this algorithm."""
    kind, curve, _ = _KINDS[algorithm]
    return (
        entry.get("kty") == kind
        and (curve is None or entry.get("crv") == curve)
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", algorithm) == algorithm
    )


def suited(entry: Mapping[str, object], algorithms: Collection[str]) -> tuple[str, ...]:
    """Those of `algorithms` that a JWK fits, in their order."""
    return tuple(algorithm for algorithm in algorithms if fits(entry, algorithm))


def public_key(entry: Mapping[str, object]) -> PublicKey | None:
    """The key of a JWK, from its public members alone whatever else is published; None where it is not one."""
    known = {kind: members for kind, _, members in _KINDS.values()}
    kind = entry.get("kty")
    if not isinstance(kind, str) or kind not in known:
        return None
    if kind == "RSA" and not MIN_RSA_BITS <= _bits(entry.get("n")) <= MAX_RSA_BITS:
        return None
    public: dict[str, str | list[str]] = {
        name: str(entry[name]) for name in ("kty", "kid", "alg", *known[kind]) if name in entry
    }
    try:
        return _CLASSES[kind].import_key(public)
    except (JoseError, ValueError, KeyError, TypeError):
        return None


def _bits(modulus: object) -> int:
    """The length of a base64url number; 0 where it is none."""
    try:
        text = modulus.encode("ascii") if isinstance(modulus, str) else b""
        return int.from_bytes(urlsafe_b64decode(text + b"=" * (-len(text) % 4))).bit_length()
    except ValueError:  # covers binascii.Error and UnicodeError
        return 0
