"""A client's proof that it holds a key, checked at the token endpoint (RFC 9449 §5): the tokens are bound to that key.

Checked by itself, not with the gateway's code: two sides that share a check share its mistakes.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

WINDOW = timedelta(seconds=60)
ALGORITHMS = ("ES256",)
MAX_PROOF_CHARS = 4096
MAX_USED = 10_000


class BadProofError(Exception):
    """A proof that does not hold; the text is safe for the client."""


@dataclass(slots=True)
class Proven:
    """The proofs that were used, until they are too old."""

    used: dict[str, datetime] = field(default_factory=dict)

    def thumbprint(self, proof: str, url: str, now: datetime) -> str:
        """The thumbprint of the key that a proof shows (RFC 7638). Raises BadProofError."""
        try:
            key = _key(proof)
            claims = jwt.decode(proof, key, algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise BadProofError("the proof is not a signed dpop+jwt") from error
        if (claims.get("htm"), claims.get("htu")) != ("POST", url):
            raise BadProofError("htm or htu names another request")
        issued, jti = claims.get("iat"), claims.get("jti")
        if not isinstance(issued, int | float) or abs(now.timestamp() - issued) > WINDOW.total_seconds():
            raise BadProofError("iat is too far from the provider's clock")
        self._use(jti, now)
        return key.thumbprint()

    def _use(self, jti: object, now: datetime) -> None:
        self.used = {one: at for one, at in self.used.items() if now - at <= 2 * WINDOW}
        if not isinstance(jti, str) or not jti or jti in self.used or len(self.used) >= MAX_USED:
            raise BadProofError("jti is missing or was used before")
        self.used[jti] = now


def _key(proof: str) -> ECKey:
    if len(proof) > MAX_PROOF_CHARS:
        raise ValueError("too long")
    header = jws.extract_compact(proof.encode()).headers()
    if header.get("typ") != "dpop+jwt" or header.get("alg") not in ALGORITHMS or "d" in header["jwk"]:
        raise ValueError("not a proof")
    return ECKey.import_key(header["jwk"])


def proof_of(key: ECKey, url: str, method: str, now: datetime, **more: str) -> str:
    """A proof as a client makes it; `more` are further claims, such as `ath`."""
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
    claims = {"htm": method, "htu": url, "iat": int(now.timestamp()), "jti": secrets.token_urlsafe(16), **more}
    return jwt.encode(header, claims, key, algorithms=list(ALGORITHMS))
