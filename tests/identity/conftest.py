"""The identity provider of the sandbox on free loopback ports, and the gateway's side of it."""

import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from identity import Authentication, Issuer, open_session
from sandbox.idp.serving import Site, serving

AUDIENCE = "https://graph.example.gov.cn/graphql"
START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
CALLBACK = "http://127.0.0.1:8000/auth/callback"


@dataclass
class Clock:
    """A clock that moves only when told."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **lapse: float) -> None:
        self.at += timedelta(**lapse)


@dataclass
class World:
    """The provider, the gateway's authentication against it, and one clock for both."""

    site: Site
    session: aiohttp.ClientSession
    authentication: Authentication
    clock: Clock

    async def token(self, persona: str, **extra: str) -> str:
        """An access token by the real flow."""
        verifier = secrets.token_urlsafe(32)
        answer = await self.authorize(verifier=verifier, prompt="none", login_hint=persona, **extra)
        status, body = await self.exchange(code=answer["code"], code_verifier=verifier)
        assert status == 200, body
        return str(body["access_token"])

    async def authorize(self, verifier: str = "v" * 43, **extra: str) -> Mapping[str, str]:
        """What the provider sends back to the client's redirect URI."""
        url = f"{self.site.door.url}/authorize"
        async with self.session.get(url, params=asked(verifier, **extra), allow_redirects=False) as response:
            assert response.status == 302, await response.text()
            location = response.headers["location"]
        assert location.startswith(f"{CALLBACK}?")
        return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}

    async def exchange(self, **extra: str) -> tuple[int, Mapping[str, object]]:
        """Status and body of one token request."""
        form = {"grant_type": "authorization_code", "client_id": "roam-graphiql", "redirect_uri": CALLBACK} | extra
        async with self.session.post(f"{self.site.door.url}/token", data=form) as response:
            return response.status, await response.json()

    def forge(self, *, key: ECKey | None = None, header: Mapping[str, object] | None = None, **claims: object) -> str:
        """A token signed with the provider's real key unless another is given; any header or claim changed."""
        signer = key or self.site.provider.keys.current
        now = int(self.clock().timestamp())
        body = {
            "iss": self.site.provider.issuer,
            "sub": "deng",
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + 3600,
            "jti": "j",
            "client_id": "roam-cli",
            "acr": "loa3",
            "home_city": "510600",
        } | claims
        kept = {name: value for name, value in body.items() if value is not None}
        head = {"alg": "ES256", "typ": "at+jwt", "kid": self.site.provider.keys.current.kid} | dict(header or {})
        return jwt.encode({k: v for k, v in head.items() if v is not None}, kept, signer, default_type=None)


def asked(verifier: str = "v" * 43, **extra: str) -> dict[str, str]:
    """The parameters of a sound authorisation request, with some changed; an empty text removes one."""
    digest = hashlib.sha256(verifier.encode()).digest()
    sound = {
        "response_type": "code",
        "client_id": "roam-graphiql",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "s",
        "nonce": "n",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (sound | extra).items() if value}


def segment(value: object) -> str:
    """One part of a compact token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def read(token: str, part: int = 1) -> dict[str, object]:
    """Header (0) or claims (1) of a token, unverified."""
    text = token.split(".")[part]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def world(tmp_path: Path, clock: Clock) -> AsyncIterator[World]:
    async with serving(tmp_path, AUDIENCE, clock=clock) as site, open_session() as session:
        issuer = Issuer(site.provider.issuer, AUDIENCE)
        yield World(site, session, Authentication([issuer], session), clock)
