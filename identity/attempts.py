"""One sign-in under way, kept by the browser itself in a sealed cookie until the provider's answer comes.

The gateway keeps nothing of it, so strangers who begin sign-ins cost it nothing. What comes back must fit the cookie of
the same browser (state, RFC 6749 §10.12), the same code verifier (RFC 7636) and the same nonce (OpenID Connect Core
§3.1.2.1); an answer brought by another browser fits none.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from identity.seal import BrokenSeal, Sealer

PURPOSE, BINDING = "sign-in", "attempt"
LIFETIME = timedelta(minutes=10)
MAX_RETURN_CHARS = 500


@dataclass(frozen=True, slots=True)
class Attempt:
    """`return_to` is a path of this gateway, `redirect_uri` where the provider answers, `started` in epoch seconds."""

    issuer: str
    return_to: str
    redirect_uri: str
    started: float
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def challenge(self) -> str:
        """S256 of the verifier (RFC 7636 §4.2)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()

    def sealed(self, sealer: Sealer) -> str:
        """The cookie's value."""
        return sealer.seal(PURPOSE, BINDING, json.dumps(asdict(self)).encode())


def opened(text: str | None, sealer: Sealer, now: datetime) -> Attempt | None:
    """The attempt of a cookie; None when there is none, or it is not ours, or older than LIFETIME."""
    try:
        attempt = Attempt(**json.loads(sealer.open(PURPOSE, BINDING, text or "")))
    except (BrokenSeal, ValueError, TypeError):
        return None
    return attempt if 0 <= now.timestamp() - attempt.started < LIFETIME.total_seconds() else None


def safe_return(path: str) -> bool:
    """True for a path of this gateway and nothing that a browser could read as another address."""
    if not path.startswith("/") or len(path) > MAX_RETURN_CHARS:
        return False
    if path.startswith("//") or "\\" in path or any(letter <= " " or letter == "\x7f" for letter in path):
        return False  # browsers read `/\` and a tab inside of `//` as the start of a host
    try:
        parts = urlsplit(path)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc
