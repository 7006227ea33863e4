"""Browsers' sessions in time: idle, too old, renewed by a refresh token, ended by a provider that refuses."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from identity import Authentication, Issuer, Refusal, RefusalReason, Sealer, SignInClient, SignInFailed, Viewer
from identity.addresses import Addresses, Served
from identity.browsers import BrowserSignIn
from identity.cookies import SESSION, Cookie
from identity.sessions import MIGRATIONS, Lifetimes, Session, Sessions
from sandbox.listener import Listener
from storage import Database
from tests.identity.conftest import AUDIENCE, World, segment
from tests.identity.test_dpop import Brought

SERVED = Served("10.0.0.7", 8000, "127.0.0.1:8000", "/graphql")
PUBLIC = Addresses(AUDIENCE)


@dataclass
class Refreshing:
    """A provider with refresh tokens, as the sandbox's own has none: each is good once, and gives the next."""

    world: World
    url: str = ""
    good: str = "r-1"
    asked: list[str] = field(default_factory=list)
    status: int = 200
    id_claims: dict[str, object] = field(default_factory=dict)

    async def token(self, request: Request) -> Response:
        form = await request.form()
        self.asked.append(str(form.get("refresh_token") or form.get("code")))
        assert form["resource"] == AUDIENCE
        if self.status != 200:
            return JSONResponse({"error": "invalid_grant"}, self.status)
        self.good = f"r-{len(self.asked) + 1}"
        claims = {"iss": self.url, "sub": "deng", "aud": "console", "nonce": str(form.get("code"))} | self.id_claims
        return JSONResponse(
            {
                "access_token": self.access(),
                "refresh_token": self.good,
                "id_token": self.world.forge(header={"typ": "JWT"}, **claims),
            }
        )

    def access(self, **claims: object) -> str:
        return self.world.forge(**({"iss": self.url, "jti": str(len(self.asked))} | claims))

    async def discovery(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/jwks",
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
            }
        )

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(self.world.site.provider.keys.jwks())


@dataclass
class House:
    """A gateway's browsers at that provider, with an hour's token and a session of 8 hours, 30 minutes unused."""

    world: World
    provider: Refreshing
    sessions: Sessions
    browsers: BrowserSignIn
    sealer: Sealer

    async def open(self, refresh: str = "") -> str:
        text, _ = await self.sessions.open(self.provider.url, self.provider.access(), refresh, self.world.clock())
        return text

    async def viewer(self, text: str, addresses: Addresses = PUBLIC) -> Viewer | Refusal | None:
        session = await self.sessions.find(text, self.world.clock())
        cookie = Cookie.of(SESSION, addresses, SERVED)
        headers = {"cookie": f"{cookie.name}={text}", "x-roam-csrf": session.csrf if session else ""}
        return await self.browsers.viewer(Brought(None, served=SERVED, headers=headers), self.world.clock())

    async def until_signed_in(self, **answer: str) -> Mapping[str, str] | SignInFailed | None:
        """A sign-in whose provider answers with `answer`; the nonce is the code, as this provider has it."""
        going = await self.browsers.begin(SERVED, {"return": "/"}, self.world.clock())
        asked = {name: values[0] for name, values in parse_qs(urlsplit(going.to).query).items()}
        cookie = going.cookies[0].partition(";")[0]
        brought = {"state": asked["state"], "code": asked["nonce"]} | answer
        return (await self.browsers.finish(SERVED, cookie, brought, self.world.clock())).failed


@asynccontextmanager
async def serving(provider: Refreshing) -> AsyncIterator[None]:
    listener = Listener("127.0.0.1", 0)
    provider.url = listener.url
    await listener.open(
        Starlette(
            routes=[
                Route("/.well-known/openid-configuration", provider.discovery),
                Route("/jwks", provider.jwks),
                Route("/token", provider.token, methods=["POST"]),
            ]
        )
    )
    try:
        yield
    finally:
        listener.close()


@pytest.fixture
async def house(world: World, tmp_path: Path) -> AsyncIterator[House]:
    provider, sealer = Refreshing(world), Sealer(b"k" * 32)
    async with serving(provider), await Database.open(tmp_path / "s.sqlite", (MIGRATIONS,)) as database:
        issuer = Issuer(provider.url, AUDIENCE, client=SignInClient("console"))
        authentication = Authentication([issuer], world.session)
        sessions = Sessions(database, sealer, Lifetimes())
        browsers = BrowserSignIn(authentication, sessions, sealer=sealer, addresses=PUBLIC, http=world.session)
        yield House(world, provider, sessions, browsers, sealer)


def ended(found: object) -> bool:
    return isinstance(found, Refusal) and found.reason is RefusalReason.SESSION_ENDED


async def test_a_session_ends_when_it_is_not_used(house: House) -> None:
    """A browser left open in a library."""
    text = await house.open("r-1")
    for _ in range(3):
        house.world.clock.forward(minutes=29)
        assert isinstance(await house.viewer(text), Viewer)
    house.world.clock.forward(minutes=30)
    assert ended(await house.viewer(text))


async def test_a_session_ends_when_it_is_too_old_however_much_it_is_used(house: House) -> None:
    text = await house.open("r-1")
    for _ in range(23):
        house.world.clock.forward(minutes=20)
        assert isinstance(await house.viewer(text), Viewer)
    house.world.clock.forward(minutes=20)
    assert ended(await house.viewer(text))


async def test_without_a_refresh_token_a_session_ends_with_its_token(house: House) -> None:
    text = await house.open()
    house.world.clock.forward(minutes=29)
    assert isinstance(await house.viewer(text), Viewer)
    house.world.clock.forward(minutes=29)
    assert isinstance(await house.viewer(text), Viewer)
    house.world.clock.forward(minutes=4)
    assert ended(await house.viewer(text))


async def test_many_requests_renew_a_token_once(house: House) -> None:
    """A refresh token is good once; two renewals at the same moment would end the session."""
    text = await house.open("r-1")
    house.world.clock.forward(minutes=29)
    await house.viewer(text)
    house.world.clock.forward(minutes=29)
    await house.viewer(text)
    house.world.clock.forward(minutes=5)
    found = await asyncio.gather(*(house.viewer(text) for _ in range(20)))
    assert all(isinstance(one, Viewer) for one in found)
    assert house.provider.asked == ["r-1"]


async def test_a_provider_that_refuses_to_renew_ends_the_session_and_one_that_is_down_does_not(house: House) -> None:
    text = await house.open("r-1")
    house.world.clock.forward(minutes=29)
    await house.viewer(text)
    house.world.clock.forward(minutes=29)
    await house.viewer(text)
    house.world.clock.forward(minutes=5)
    house.provider.status = 503
    down = await house.viewer(text)
    assert isinstance(down, Refusal)
    assert down.reason is RefusalReason.ISSUER_UNREACHABLE
    house.provider.status = 400
    assert ended(await house.viewer(text))
    house.provider.status = 200
    assert ended(await house.viewer(text))


async def test_a_session_sealed_with_another_key_is_none(house: House, tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "t.sqlite", (MIGRATIONS,)) as database:
        text, _ = await Sessions(database, Sealer(b"a" * 32), Lifetimes()).open("i", "t", "", house.world.clock())
        other = Sessions(database, Sealer(b"b" * 32), Lifetimes())
        assert await other.find(text, house.world.clock()) is None


def test_a_session_never_prints_what_it_holds() -> None:
    from tests.identity.conftest import START

    assert "secret" not in repr(Session("secret", "secret", "secret", "secret", "i", START, START))


def test_over_https_the_cookie_is_bound_to_its_host() -> None:
    """`__Host-`: no neighbour of the domain can plant one, and no plain request carries it."""
    cookie = Cookie.of(SESSION, PUBLIC, SERVED)
    assert cookie.written("v", timedelta(hours=1)) == (
        "__Host-roam-session=v; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax; Secure"
    )
    assert Cookie.of(SESSION, Addresses(AUDIENCE, loopback=True), SERVED).name == "roam-session"


def test_a_loopback_name_in_a_host_header_makes_nothing_plain_where_the_provider_is_not_on_loopback() -> None:
    """A proxy that passes on its own name for us must not cost us the Secure attribute."""
    assert PUBLIC.origin(SERVED) == "https://graph.example.gov.cn"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, None),
        ("", None),
        ("a=b", None),
        ("__Host-roam-session=x", "x"),
        ("a=b; __Host-roam-session=x;c=d", "x"),
        ("__Host-roam-session=x; __Host-roam-session=y", ""),
        ("__Host-roam-session", ""),
        ("roam-session=x", None),
    ],
)
def test_a_cookie_is_read_or_is_none_or_is_nobodys(header: str | None, found: str | None) -> None:
    assert Cookie.of(SESSION, PUBLIC, SERVED).read(header) == found


async def test_a_whole_sign_in_at_a_provider_with_refresh_tokens(house: House) -> None:
    assert await house.until_signed_in() is None


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"nonce": "another"}, "NONCE_MISMATCH"),
        ({"nonce": None}, "NONCE_MISMATCH"),
        ({"aud": "another-client"}, "WRONG_ISSUER"),
        ({"iss": "https://elsewhere.example"}, "WRONG_ISSUER"),
        ({"azp": "another-client"}, "WRONG_ISSUER"),
        ({"sub": "mei"}, "WRONG_SUBJECT"),
        ({"exp": 1}, "PROVIDER_FAILED"),
        ({"sub": None}, "PROVIDER_FAILED"),
    ],
)
async def test_an_id_token_that_is_not_about_this_sign_in_signs_nobody_in(
    house: House, claims: dict[str, object], reason: str
) -> None:
    """OpenID Connect Core §3.1.3.7, point by point."""
    house.provider.id_claims = claims
    failed = await house.until_signed_in()
    assert isinstance(failed, SignInFailed)
    assert failed.reason == reason


async def test_a_sign_in_that_took_too_long_is_begun_anew(house: House) -> None:
    going = await house.browsers.begin(SERVED, {"return": "/"}, house.world.clock())
    state = parse_qs(urlsplit(going.to).query)["state"][0]
    house.world.clock.forward(minutes=10)
    with pytest.raises(SignInFailed, match="STATE_MISMATCH"):
        await house.browsers.finish(
            SERVED, going.cookies[0].partition(";")[0], {"state": state, "code": "c"}, house.world.clock()
        )


@pytest.mark.parametrize("value", ["", "x", "A" * 60, segment({"state": "s"})])
async def test_a_made_up_sign_in_cookie_is_none(house: House, value: str) -> None:
    with pytest.raises(SignInFailed, match="STATE_MISMATCH"):
        await house.browsers.finish(SERVED, f"__Host-roam-sign-in={value}", {"state": "s"}, house.world.clock())
