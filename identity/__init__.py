"""Who is asking, and under which name each city knows them.

`Admission` turns what a client brought into a `Viewer` or a `Refusal`: a bearer token, one bound to a key with its
proof (`dpop`), or a browser's session (`browsers`). `Authentication` verifies the tokens, with the issuers' keys cached
in `keys`. `UserInfo` brings the real-name claims, `pairwise_id` a city's own name for a citizen, `exchange` the
token that tells one city for whom one call is made, `Links` the state of each account, `Sealer` the texts only this gateway can read. Time is always passed; nothing reads the
environment; no token, subject or claim is ever logged or printed.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from identity.addresses import Addresses, Served
    from identity.admission import Admission, Standing
    from identity.assurance import assured, reaches
    from identity.attempts import safe_return
    from identity.authentication import Authentication
    from identity.browsers import BrowserSignIn, Going, Status
    from identity.claims import ClaimsFailure, UserInfo
    from identity.code_flow import SignInFailed
    from identity.dpop import Proofs
    from identity.entrance import Entrance
    from identity.exchange import BadSigningKey, OnBehalf, SigningKey
    from identity.issuers import DEFAULT_ACR, AmbiguousIssuers, Issuer, SignInClient
    from identity.links import Link, Links, citizen_key
    from identity.masking import mask_name, mask_phone
    from identity.pairwise import WeakSalt, pairwise_id
    from identity.provider import open_session
    from identity.refusal import Refusal, RefusalReason
    from identity.seal import BrokenSeal, Sealer, WeakSealKey
    from identity.sessions import Lifetimes, Sessions
    from identity.viewer import Actor, Viewer

_HOMES = {
    "Actor": "viewer",
    "Addresses": "addresses",
    "Admission": "admission",
    "AmbiguousIssuers": "issuers",
    "Authentication": "authentication",
    "BadSigningKey": "exchange",
    "BrokenSeal": "seal",
    "BrowserSignIn": "browsers",
    "ClaimsFailure": "claims",
    "DEFAULT_ACR": "issuers",
    "Entrance": "entrance",
    "Going": "browsers",
    "Issuer": "issuers",
    "Lifetimes": "sessions",
    "Link": "links",
    "Links": "links",
    "OnBehalf": "exchange",
    "Proofs": "dpop",
    "Refusal": "refusal",
    "RefusalReason": "refusal",
    "Sealer": "seal",
    "Served": "addresses",
    "Sessions": "sessions",
    "SignInClient": "issuers",
    "SignInFailed": "code_flow",
    "SigningKey": "exchange",
    "Standing": "admission",
    "Status": "browsers",
    "UserInfo": "claims",
    "Viewer": "viewer",
    "WeakSalt": "pairwise",
    "WeakSealKey": "seal",
    "assured": "assurance",
    "citizen_key": "links",
    "mask_name": "masking",
    "mask_phone": "masking",
    "open_session": "provider",
    "pairwise_id": "pairwise",
    "reaches": "assurance",
    "safe_return": "attempts",
}

__all__ = [
    "DEFAULT_ACR",
    "Actor",
    "Addresses",
    "Admission",
    "AmbiguousIssuers",
    "Authentication",
    "BadSigningKey",
    "BrokenSeal",
    "BrowserSignIn",
    "ClaimsFailure",
    "Entrance",
    "Going",
    "Issuer",
    "Lifetimes",
    "Link",
    "Links",
    "OnBehalf",
    "Proofs",
    "Refusal",
    "RefusalReason",
    "Sealer",
    "Served",
    "Sessions",
    "SignInClient",
    "SignInFailed",
    "SigningKey",
    "Standing",
    "Status",
    "UserInfo",
    "Viewer",
    "WeakSalt",
    "WeakSealKey",
    "assured",
    "citizen_key",
    "mask_name",
    "mask_phone",
    "open_session",
    "pairwise_id",
    "reaches",
    "safe_return",
]


def __getattr__(name: str) -> object:
    """Imports a public name when it is first asked for: a sandbox city needs one of them, not an HTTP client."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'identity' has no attribute {name!r}")
    return getattr(import_module(f"identity.{home}"), name)
