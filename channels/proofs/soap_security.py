"""WS-Security UsernameToken for SOAP 1.1, with password digest.

Source: OASIS WSS UsernameToken Profile 1.0 §3.1: Password_Digest = Base64(SHA-1(nonce + created + password)).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC
from xml.sax.saxutils import escape

from channels.answer import Failure
from channels.ask import Ask
from channels.proofs.credentials import BadCredential, Clock, Nothing
from channels.protocols.draft import Draft
from channels.protocols.soap_envelope import Envelope

_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
_BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"


class UsernameToken(Nothing):
    """Puts a `wsse:Security` header into the envelope.  `nonce` makes 16 bytes."""

    def __init__(
        self,
        username: str,
        password: str,
        *,
        digest: bool,
        clock: Clock,
        nonce: Callable[[], bytes] = lambda: secrets.token_bytes(16),
    ) -> None:
        if not username or not password:
            raise BadCredential("user name or password is empty")
        self._username, self._password, self._digest = username, password, digest
        self._clock, self._nonce = clock, nonce

    async def apply(self, draft: Draft, ask: Ask) -> Failure | None:
        if isinstance(draft.content, Envelope):
            draft.content.header = self._security()
        return None

    def _security(self) -> str:
        created = self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        nonce = self._nonce()
        kind, secret = "PasswordText", self._password
        if self._digest:
            kind = "PasswordDigest"
            secret = password_digest(nonce, created, self._password)
        return (
            f'<wsse:Security soap:mustUnderstand="1" xmlns:wsse="{_WSSE}" xmlns:wsu="{_WSU}"><wsse:UsernameToken>'
            f"<wsse:Username>{escape(self._username)}</wsse:Username>"
            f'<wsse:Password Type="{_PROFILE}#{kind}">{escape(secret)}</wsse:Password>'
            f'<wsse:Nonce EncodingType="{_BASE64}">{base64.b64encode(nonce).decode("ascii")}</wsse:Nonce>'
            f"<wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"
        )


def password_digest(nonce: bytes, created: str, password: str) -> str:
    """Return: 28 characters of base64."""
    # SHA-1 is what the profile prescribes; the nonce and the time keep it from being replayed.
    made = hashlib.sha1(nonce + created.encode() + password.encode(), usedforsecurity=False).digest()
    return base64.b64encode(made).decode("ascii")
