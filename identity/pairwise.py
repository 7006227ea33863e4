"""The identifier one city sees for one citizen.

Every city gets a different one, so two cities cannot join their records by it. It says
nothing about the citizen without the salt, and it never changes while the salt stays.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode

MIN_SALT_BYTES = 32


class WeakSalt(ValueError):
    """The pairwise salt is shorter than 32 bytes; its value is never in the message."""


def pairwise_id(salt: bytes, sector: str, issuer_subject: str) -> str:
    """Returns 43 characters: HMAC-SHA256 of the city's code and the subject, unpadded base64url.

    `sector` is the GB code of the city. Raises WeakSalt when the salt has under 32 bytes.
    """
    if len(salt) < MIN_SALT_BYTES:
        raise WeakSalt(f"the pairwise salt has {len(salt)} bytes; it needs at least {MIN_SALT_BYTES}")
    digest = hmac.new(salt, f"{sector}\0{issuer_subject}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
