"""Authorisation codes: each opens one grant, once, for a minute."""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LIFETIME = timedelta(seconds=60)
MAX_PENDING = 10_000
VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")  # RFC 7636 §4.1
CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")  # RFC 7636 §4.2: an unpadded SHA-256


@dataclass(frozen=True, slots=True)
class Grant:
    """What one citizen granted one client; `persona` is a key, `nonce` empty when the client sent none."""

    client_id: str
    redirect_uri: str
    challenge: str = field(repr=False)
    nonce: str
    scope: str
    persona: str
    acr: str
    at: datetime


class Codes:
    """Grants waiting for their token request, in memory only."""

    def __init__(self) -> None:
        self._pending: dict[str, Grant] = {}

    def issue(self, grant: Grant) -> str:
        """Returns a code of 43 characters."""
        self._drop_expired(grant.at)
        while len(self._pending) >= MAX_PENDING:
            self._pending.pop(next(iter(self._pending)))
        code = secrets.token_urlsafe(32)
        self._pending[code] = grant
        return code

    def redeem(self, code: str, now: datetime) -> Grant | None:
        """The grant of a code, or None. A code is spent by being tried, whatever becomes of the request."""
        grant = self._pending.pop(code, None)
        return grant if grant is not None and now - grant.at < LIFETIME else None

    def _drop_expired(self, now: datetime) -> None:
        for code in [code for code, grant in self._pending.items() if now - grant.at >= LIFETIME]:
            del self._pending[code]


def proves(verifier: str, challenge: str) -> bool:
    """True when the verifier is well formed and hashes to the challenge (RFC 7636 §4.6, S256)."""
    if not VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)
