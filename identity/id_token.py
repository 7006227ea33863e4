"""The provider's word on who has just signed in, for the client that asked (OpenID Connect Core 1.0 §3.1.3.7)."""

from datetime import datetime

from identity.code_flow import SignInFailed
from identity.issuers import Issuer
from identity.keys import IssuerKeys, KeysUnavailable
from identity.refusal import TokenRefused
from identity.tokens import LEEWAY, decoded, segment

MAX_ID_TOKEN_CHARS = 8_192


async def check_id_token(text: str, issuer: Issuer, client_id: str, nonce: str, keys: IssuerKeys, now: datetime) -> str:
    """Returns the subject. Raises SignInFailed: it is not this provider's word, for this client, on this attempt."""
    try:
        claims = await _claims(text, issuer, keys, now)
    except (TokenRefused, KeysUnavailable):
        raise SignInFailed("PROVIDER_FAILED", "the id token does not hold") from None
    audiences = claims.get("aud")
    if claims.get("iss") != issuer.url or client_id not in (audiences if isinstance(audiences, list) else [audiences]):
        raise SignInFailed("WRONG_ISSUER")
    if claims.get("azp", client_id) != client_id:
        raise SignInFailed("WRONG_ISSUER")
    if claims.get("nonce") != nonce:
        raise SignInFailed("NONCE_MISMATCH")
    expires, subject = claims.get("exp"), claims.get("sub")
    if not isinstance(expires, int | float) or not isinstance(subject, str):
        raise SignInFailed("PROVIDER_FAILED", "the id token lacks exp or sub")
    if expires + LEEWAY.total_seconds() <= now.timestamp():
        raise SignInFailed("PROVIDER_FAILED", "the id token has expired")
    return subject


async def _claims(text: str, issuer: Issuer, keys: IssuerKeys, now: datetime) -> "dict[str, object]":
    parts = text.split(".")
    if len(text) > MAX_ID_TOKEN_CHARS or len(parts) != 3:
        raise SignInFailed("PROVIDER_FAILED", "the provider gave no id token")
    header = segment(parts[0])
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in issuer.algorithms or not (kid is None or isinstance(kid, str)):
        raise SignInFailed("PROVIDER_FAILED", "the id token is signed with an algorithm that is not accepted")
    key = await keys.key(kid, now)
    if key is None:
        raise SignInFailed("PROVIDER_FAILED", "the id token is signed with an unknown key")
    return dict(decoded(text, key, str(algorithm)))
