"""The gateway against a provider that others wrote: npm's certified oidc-provider, over loopback, nothing in between.

It needs Node and the packages of `tests/oidc` (`npm ci` there). Without them these tests skip by name; with
ROAM_REQUIRE_ALL=1 such a skip is a failure.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from identity import (
    Authentication,
    Issuer,
    Refusal,
    RefusalReason,
    Sealer,
    Served,
    SignInClient,
    UserInfo,
    Viewer,
    open_session,
)
from identity.addresses import Addresses
from identity.browsers import BrowserSignIn
from identity.cookies import SESSION, Cookie
from identity.provider import post_form
from identity.sessions import MIGRATIONS, Lifetimes, Session, Sessions
from schema.codes import AssuranceLevel
from storage import Database
from tests.identity.conftest import AUDIENCE, read
from tests.nodejs import Node, node_or_skip

HERE = Path(__file__).resolve().parent.parent / "oidc"
CALLBACK = "http://127.0.0.1:8000/auth/callback"
SERVED = Served("127.0.0.1", 8000, "127.0.0.1:8000", "/auth/login")


def now() -> datetime:
    """The provider's clock is the machine's."""
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def node() -> Node:
    return node_or_skip("oidc", "oidc-provider")


@dataclass
class Met:
    """The gateway's side, and a browser that goes where it is sent."""

    issuer: str
    authentication: Authentication
    sessions: Sessions
    browsers: BrowserSignIn
    http: aiohttp.ClientSession
    browser: aiohttp.ClientSession

    async def sign_in(self, persona: str = "deng") -> Session:
        """Code and PKCE at the provider's own pages; the session that comes of it."""
        going = await self.browsers.begin(SERVED, {"return": "/", "login_hint": persona}, now())
        answer = await self._answer(going.to)
        back = await self.browsers.finish(SERVED, going.cookies[0].partition(";")[0], answer, now())
        assert back.failed is None, back.failed
        cookie = Cookie.of(SESSION, Addresses(AUDIENCE, loopback=True), SERVED)
        text = cookie.read(back.cookies[1].partition(";")[0])
        session = await self.sessions.find(text or "", now())
        assert session is not None
        return session

    async def _answer(self, url: str) -> dict[str, str]:
        for _ in range(10):
            async with self.browser.get(url, allow_redirects=False) as response:
                assert response.status in (302, 303), await response.text()
                url = response.headers["location"]
            url = f"{self.issuer}{url}" if url.startswith("/") else url
            if url.startswith(CALLBACK):
                return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        raise AssertionError("the provider never answered")

    async def viewer(self, session: Session) -> Viewer:
        found = await self.authentication.verified(session.token, now())
        assert isinstance(found, Viewer), found
        return found


@pytest.fixture
async def met(node: Node, tmp_path: Path) -> AsyncIterator[Met]:
    pipe = asyncio.subprocess.PIPE
    command = (node.path, str(node.folder / "provider.mjs"), AUDIENCE, CALLBACK)
    process = await asyncio.create_subprocess_exec(*command, cwd=HERE, stdin=pipe, stdout=pipe, stderr=None)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        issuer = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))["issuer"]
        jar = aiohttp.CookieJar(unsafe=True)
        async with (
            open_session() as http,
            aiohttp.ClientSession(cookie_jar=jar) as browser,
            await Database.open(tmp_path / "gateway.sqlite", (MIGRATIONS,)) as database,
        ):
            sealer = Sealer(b"k" * 32)
            authentication = Authentication([Issuer(issuer, AUDIENCE, client=SignInClient("console"))], http)
            sessions = Sessions(database, sealer, Lifetimes())
            addresses = Addresses(AUDIENCE, loopback=True)
            browsers = BrowserSignIn(authentication, sessions, sealer=sealer, addresses=addresses, http=http)
            yield Met(issuer, authentication, sessions, browsers, http, browser)
    finally:
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 10)


async def test_a_citizen_signs_in_by_code_and_pkce_and_the_access_token_is_an_rfc_9068_one(met: Met) -> None:
    """Discovery, JWKS, authorisation code, id token with our nonce, and a JWT meant for this gateway alone."""
    session = await met.sign_in()
    head, claims = read(session.token, 0), read(session.token)
    assert (head["typ"], head["alg"], claims["aud"], claims["client_id"]) == ("at+jwt", "ES256", AUDIENCE, "console")
    viewer = await met.viewer(session)
    assert (viewer.subject, viewer.home_city, viewer.client_id) == ("deng", "510600", "console")
    assert viewer.assurance is AssuranceLevel.REAL_PERSON
    assert session.refresh


async def test_user_info_tells_the_real_name_to_whoever_holds_a_token_for_it(met: Met) -> None:
    """This provider's UserInfo takes no token that is meant for a resource server; the gateway says so, and no more."""
    session = await met.sign_in()
    viewer = await met.viewer(session)
    user_info = UserInfo(met.authentication, met.http)
    assert (await user_info.claims(viewer, now())).code == "UNAUTHENTICATED"  # type: ignore[union-attr]
    metadata = await met.authentication.keys[met.issuer].metadata(now())
    form = {"grant_type": "refresh_token", "refresh_token": session.refresh, "client_id": "console"}
    status, body = await post_form(met.http, str(metadata.token_endpoint), form)
    assert status == 200, body
    claims = await user_info.claims(replace(viewer, token=str(body["access_token"])), now())
    assert claims == {"name": "邓小满", "phone": "19900000002"}


async def test_keys_rotate_and_both_old_and_new_tokens_hold(met: Met) -> None:
    old = await met.sign_in()
    await met.viewer(old)
    async with met.http.get(f"{met.issuer}/-/rotate") as response:
        kid = await response.text()
    new = await met.sign_in()
    assert read(new.token, 0)["kid"] == kid != read(old.token, 0)["kid"]
    for session in (old, new, old):
        assert (await met.viewer(session)).subject == "deng"


async def test_an_id_token_is_no_access_token(met: Met) -> None:
    """Same signer, same subject: only type and audience tell them apart."""
    session = await met.sign_in()
    metadata = await met.authentication.keys[met.issuer].metadata(now())
    form = {"grant_type": "refresh_token", "refresh_token": session.refresh, "client_id": "console"}
    _, body = await post_form(met.http, str(metadata.token_endpoint), form)
    found = await met.authentication.verified(str(body["id_token"]), now())
    assert isinstance(found, Refusal)
    assert found.reason is RefusalReason.WRONG_TYPE
