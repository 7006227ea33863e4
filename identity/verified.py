"""Tokens whose signature was checked a moment ago, so that it is not checked again for every request.

A signature costs more than all the rest of the door. What is kept holds only while the issuer still publishes the
very key that signed, as fetched last, and until the token expires. In memory only, under a hash of the token.
"""

import hashlib
from collections import OrderedDict
from datetime import datetime

from identity.algorithms import PublicKey
from identity.tokens import LEEWAY, Unverified
from identity.viewer import Viewer

MAX_TOKENS = 10_000


class VerifiedTokens:
    """The viewers of tokens that held, least recently used dropped first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, tuple[Unverified, PublicKey, Viewer]] = OrderedDict()

    def read(self, text: str) -> Unverified | None:
        """What this very text said of itself when it held: it need not be taken apart again."""
        kept = self._kept.get(_name(text))
        return None if kept is None else kept[0]

    def get(self, token: Unverified, key: PublicKey, now: datetime) -> Viewer | None:
        """The viewer of this very token under this very key, or None."""
        name = _name(token.text)
        kept = self._kept.get(name)
        if kept is None:
            return None
        _, signer, viewer = kept
        if signer is not key or viewer.expires_at is None or now >= viewer.expires_at + LEEWAY:
            del self._kept[name]  # the caller checks it anew, and says what is wrong
            return None
        self._kept.move_to_end(name)
        return viewer

    def keep(self, token: Unverified, key: PublicKey, viewer: Viewer) -> Viewer:
        """Remembers and returns the viewer."""
        self._kept[_name(token.text)] = (token, key, viewer)
        while len(self._kept) > MAX_TOKENS:
            self._kept.popitem(last=False)
        return viewer


def _name(text: str) -> bytes:
    # What a client sends in JSON may hold half a character; it fits no token, and is told so elsewhere.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
