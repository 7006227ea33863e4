"""Texts only this gateway can write or read: global ids and cursors.

Deterministic authenticated encryption (AES-SIV, RFC 5297): one payload always gives one text, and any change
breaks it. Each purpose has a key of its own, so a cursor is never an id; the binding ties a text to what it
belongs to (a citizen, a query), so a text taken elsewhere does not open.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MIN_KEY_BYTES = 32
DERIVED_KEY_BYTES = 64  # AES-256-SIV: 256 bits to authenticate, 256 to encrypt
TAG_BYTES = 16
MAX_TEXT_CHARS = 16_384
MAX_PURPOSES = 64


class WeakSealKey(ValueError):
    """The sealing key is shorter than 32 bytes; its value is never in the message."""


class BrokenSeal(ValueError):
    """A text that this gateway did not write for this purpose and binding, or that was changed."""


class Sealer:
    """Seals and opens texts under keys derived from one secret."""

    def __init__(self, key: bytes) -> None:
        if len(key) < MIN_KEY_BYTES:
            raise WeakSealKey(f"the sealing key has {len(key)} bytes; it needs at least {MIN_KEY_BYTES}")
        self._key = key
        self._ciphers: dict[str, AESSIV] = {}

    def seal(self, purpose: str, binding: str, payload: bytes) -> str:
        """Returns unpadded base64url text of 22 characters and more."""
        sealed = self._cipher(purpose).encrypt(payload, [binding.encode()])
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, purpose: str, binding: str, text: str) -> bytes:
        """Returns the payload. Raises BrokenSeal, which says nothing about why."""
        try:
            return self._cipher(purpose).decrypt(_decoded(text), [binding.encode()])
        except (InvalidTag, ValueError):
            raise BrokenSeal("the text was not issued here for this use, or it was changed") from None

    def _cipher(self, purpose: str) -> AESSIV:
        found = self._ciphers.get(purpose)
        if found is None:
            if len(self._ciphers) >= MAX_PURPOSES:
                raise RuntimeError("too many sealing purposes: a purpose is a fixed word, the binding varies")
            info = b"roam seal\0" + purpose.encode()
            derived = HKDF(SHA256(), DERIVED_KEY_BYTES, salt=None, info=info).derive(self._key)
            found = self._ciphers[purpose] = AESSIV(derived)
        return found


def _decoded(text: str) -> bytes:
    """Only the one spelling that `seal` gives is accepted, so that equal values have equal texts."""
    if not TAG_BYTES <= len(text) <= MAX_TEXT_CHARS:
        raise BrokenSeal("wrong length")
    try:
        sealed = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeError) as error:
        raise BrokenSeal("not base64url") from error
    if len(sealed) < TAG_BYTES or urlsafe_b64encode(sealed).rstrip(b"=").decode() != text:
        raise BrokenSeal("not the canonical spelling")
    return sealed
