"""How the gateway talks to an identity provider: bounded, without redirects, without cookies.

Nothing is cached or interpreted here. A provider's address comes from our configuration and its own discovery
document; a redirect could send a citizen's token elsewhere, so none is followed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

TOTAL_TIMEOUT_SECONDS = 3.0
CONNECT_TIMEOUT_SECONDS = 2.0
MAX_RESPONSE_BYTES = 256 * 1024
CHUNK_BYTES = 16 * 1024
DISCOVERY_PATH = "/.well-known/openid-configuration"


class ProviderError(Exception):
    """The provider did not give a usable answer. Internal: the text may name addresses.

    `status` is the HTTP status, or 0 when there was none.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the gateway needs of a discovery document (OpenID Connect Discovery 1.0 §3)."""

    issuer: str
    jwks_uri: str
    userinfo_endpoint: str | None
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    names_itself: bool = False
    """Its authorisation responses carry `iss` (RFC 9207 §3)."""


def open_session() -> aiohttp.ClientSession:
    """A session for identity providers only. The caller closes it."""
    timeout = aiohttp.ClientTimeout(total=TOTAL_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS)
    connector = aiohttp.TCPConnector(limit=32, limit_per_host=16)
    return aiohttp.ClientSession(
        timeout=timeout, connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
    )


async def fetch_json(session: aiohttp.ClientSession, url: str, bearer: str | None = None) -> Mapping[str, object]:
    """Returns one JSON object. Raises ProviderError."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"} | (
        {"Authorization": f"Bearer {bearer}"} if bearer else {}
    )
    try:
        async with session.get(url, headers=headers, allow_redirects=False) as response:
            body = await _capped(response, url)
            if response.status != 200:
                raise ProviderError(f"{url} answered {response.status}", response.status)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise ProviderError(f"{url} cannot be read: {type(error).__name__}") from error
    return _object(body, url)


async def post_form(
    session: aiohttp.ClientSession, url: str, form: Mapping[str, str], auth: aiohttp.BasicAuth | None = None
) -> tuple[int, Mapping[str, object]]:
    """Status and JSON object of one form post, as to a token endpoint. Raises ProviderError."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    try:
        async with session.post(url, data=form, headers=headers, auth=auth, allow_redirects=False) as response:
            body = await _capped(response, url)
            if response.status != 200 and not 400 <= response.status < 500:
                raise ProviderError(f"{url} answered {response.status}", response.status)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise ProviderError(f"{url} cannot be reached: {type(error).__name__}") from error
    return response.status, _object(body, url)


async def discover(session: aiohttp.ClientSession, issuer: str) -> Metadata:
    """Reads the discovery document of `issuer`. Raises ProviderError."""
    url = issuer.rstrip("/") + DISCOVERY_PATH
    found = await fetch_json(session, url)
    # OpenID Connect Discovery 1.0 §4.3: the issuer MUST be the one that was asked.
    if found.get("issuer") != issuer:
        raise ProviderError(f"{url} speaks for another issuer than {issuer}")

    def usable(name: str) -> str | None:
        address = found.get(name)
        return address if isinstance(address, str) and _as_safe(address, issuer) else None

    jwks_uri = usable("jwks_uri")
    if jwks_uri is None:
        raise ProviderError(f"{url} names no usable jwks_uri")
    return Metadata(
        issuer,
        jwks_uri,
        usable("userinfo_endpoint"),
        usable("authorization_endpoint"),
        usable("token_endpoint"),
        found.get("authorization_response_iss_parameter_supported") is True,
    )


async def _capped(response: aiohttp.ClientResponse, url: str) -> bytes:
    """The body, read in chunks. A compressed one was not asked for, and is not inflated: it could grow without end."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise ProviderError(f"{url} answered with a content encoding that was not asked for")
    body = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        body += chunk
        if len(body) > MAX_RESPONSE_BYTES:
            raise ProviderError(f"{url} answered more than {MAX_RESPONSE_BYTES} bytes")
    return bytes(body)


def _object(body: bytes, url: str) -> Mapping[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProviderError(f"{url} did not answer JSON") from error
    if not isinstance(found, dict):
        raise ProviderError(f"{url} did not answer a JSON object")
    return found


def _as_safe(url: str, issuer: str) -> bool:
    """True for https, or for plain http when the issuer itself is plain http (the sandbox)."""
    scheme = urlsplit(url).scheme
    return scheme == "https" or (scheme == "http" and urlsplit(issuer).scheme == "http")
