"""Who is asking, and under which name each city knows them.

`Authentication` turns an Authorization header into a `Viewer` or a `Refusal`, with the issuers' keys cached in
`keys`. `UserInfo` brings the real-name claims, `pairwise_id` a city's own name for a citizen, `Links` the state
of each account, `Sealer` the texts only this gateway can read. Time is always passed; nothing reads the
environment; no token, subject or claim is ever logged or printed.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from identity.assurance import assured, reaches
    from identity.authentication import Authentication
    from identity.claims import ClaimsFailure, UserInfo
    from identity.issuers import DEFAULT_ACR, AmbiguousIssuers, Issuer
    from identity.links import Link, Links, citizen_key
    from identity.masking import mask_id_number, mask_name, mask_phone
    from identity.pairwise import WeakSalt, pairwise_id
    from identity.provider import open_session
    from identity.refusal import Refusal, RefusalReason
    from identity.seal import BrokenSeal, Sealer, WeakSealKey
    from identity.viewer import Viewer

_HOMES = {
    "DEFAULT_ACR": "issuers",
    "AmbiguousIssuers": "issuers",
    "Authentication": "authentication",
    "BrokenSeal": "seal",
    "ClaimsFailure": "claims",
    "Issuer": "issuers",
    "Link": "links",
    "Links": "links",
    "Refusal": "refusal",
    "RefusalReason": "refusal",
    "Sealer": "seal",
    "UserInfo": "claims",
    "Viewer": "viewer",
    "WeakSalt": "pairwise",
    "WeakSealKey": "seal",
    "assured": "assurance",
    "citizen_key": "links",
    "mask_id_number": "masking",
    "mask_name": "masking",
    "mask_phone": "masking",
    "open_session": "provider",
    "pairwise_id": "pairwise",
    "reaches": "assurance",
}

__all__ = [
    "DEFAULT_ACR",
    "AmbiguousIssuers",
    "Authentication",
    "BrokenSeal",
    "ClaimsFailure",
    "Issuer",
    "Link",
    "Links",
    "Refusal",
    "RefusalReason",
    "Sealer",
    "UserInfo",
    "Viewer",
    "WeakSalt",
    "WeakSealKey",
    "assured",
    "citizen_key",
    "mask_id_number",
    "mask_name",
    "mask_phone",
    "open_session",
    "pairwise_id",
    "reaches",
]


def __getattr__(name: str) -> object:
    """Imports a public name when it is first asked for: a sandbox city needs one of them, not an HTTP client."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'identity' has no attribute {name!r}")
    return getattr(import_module(f"identity.{home}"), name)
