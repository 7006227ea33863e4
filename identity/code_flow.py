"""The gateway as a client of an identity provider: the authorisation request, and tokens for what comes back.

Sources: RFC 6749 §4.1 and §6, RFC 7636, RFC 8707 (`resource`), RFC 9207 (`iss`), OpenID Connect Core 1.0 §3.1. What the
provider says is checked by `browsers`; here it is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import aiohttp

from identity.attempts import Attempt
from identity.issuers import Issuer, SignInClient
from identity.provider import Metadata, ProviderError, post_form

MAX_DETAIL_CHARS = 200
MAX_TOKEN_CHARS = 4_000  # of a refresh token: what is sealed has a bound


class SignInFailed(Exception):
    """A sign-in that came to nothing: `reason` is a code for the page, `detail` the provider's own word, made safe."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = "".join(letter for letter in detail if letter.isprintable())[:MAX_DETAIL_CHARS]


@dataclass(frozen=True, slots=True)
class Tokens:
    """`refresh` and `id_token` are empty where the provider gave none."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    id_token: str = field(default="", repr=False)


def client_of(issuer: Issuer) -> SignInClient:
    """Who the gateway is at this provider. Raises SignInFailed: nobody."""
    if issuer.client is None:
        raise SignInFailed("NO_PROVIDER")
    return issuer.client


def authorization_url(issuer: Issuer, metadata: Metadata, attempt: Attempt, extra: Mapping[str, str]) -> str:
    """Where the browser is sent. Raises SignInFailed."""
    if metadata.authorization_endpoint is None:
        raise SignInFailed("PROVIDER_FAILED", "the provider names no authorization_endpoint")
    client = client_of(issuer)
    asked = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": attempt.redirect_uri,
        "scope": client.scope,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": attempt.challenge,
        "code_challenge_method": "S256",
        **_resource(issuer),
        **extra,
    }
    mark = "&" if "?" in metadata.authorization_endpoint else "?"
    return f"{metadata.authorization_endpoint}{mark}{urlencode(asked)}"


async def redeem(
    session: aiohttp.ClientSession, issuer: Issuer, metadata: Metadata, attempt: Attempt, code: str
) -> Tokens:
    """Tokens for the code of one attempt. Raises SignInFailed."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": attempt.redirect_uri,
        "code_verifier": attempt.verifier,
    }
    return await _tokens(session, issuer, metadata, form)


async def refreshed(session: aiohttp.ClientSession, issuer: Issuer, metadata: Metadata, refresh: str) -> Tokens:
    """New tokens for a refresh token; its own where the provider keeps it. Raises SignInFailed."""
    found = await _tokens(session, issuer, metadata, {"grant_type": "refresh_token", "refresh_token": refresh})
    return found if found.refresh else Tokens(found.access, refresh, found.id_token)


async def _tokens(
    session: aiohttp.ClientSession, issuer: Issuer, metadata: Metadata, form: Mapping[str, str]
) -> Tokens:
    if metadata.token_endpoint is None:
        raise SignInFailed("PROVIDER_FAILED", "the provider names no token_endpoint")
    client = client_of(issuer)
    whole = {**form, "client_id": client.id, **_resource(issuer)}
    try:
        status, body = await post_form(session, metadata.token_endpoint, whole, _basic(client))
    except ProviderError:
        raise SignInFailed("PROVIDER_UNREACHABLE") from None
    if 400 <= status < 500:
        raise SignInFailed("PROVIDER_REFUSED", str(body.get("error_description") or body.get("error") or status))
    access, refresh, id_token = (_text(body, name) for name in ("access_token", "refresh_token", "id_token"))
    if status != 200 or not access or len(refresh) > MAX_TOKEN_CHARS:
        raise SignInFailed("PROVIDER_FAILED", "the provider gave no usable tokens")
    return Tokens(access, refresh, id_token)


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _resource(issuer: Issuer) -> dict[str, str]:
    """Asks for a token meant for this gateway, where its audience is an address (RFC 8707 §2)."""
    return {"resource": issuer.audience} if issuer.audience.startswith(("https://", "http://")) else {}


def _basic(client: SignInClient) -> aiohttp.BasicAuth | None:
    """RFC 6749 §2.3.1: both parts are form-encoded first."""
    return aiohttp.BasicAuth(quote(client.id, safe=""), quote(client.secret, safe="")) if client.secret else None
