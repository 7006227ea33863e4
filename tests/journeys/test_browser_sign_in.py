"""Sign-in of browsers, against the whole sandbox: the token stays with the gateway, and no stranger's page uses it."""

import asyncio
import re
import sqlite3

import aiohttp
import pytest

from sandbox.up import Stack
from tests.journeys.browser import Browser

A_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+\.")
"""Its dots tell a token from the random letters of what is sealed."""

WHO = "{ me { homeCity { slug } } }"


@pytest.fixture
def browser(stack: Stack) -> Browser:
    return Browser(stack.gateway_url)


def code(answer: object) -> str:
    assert isinstance(answer, dict), answer
    assert answer.get("data") is None
    return str(answer["errors"][0]["extensions"]["code"])


def test_a_browser_signs_in_and_its_page_never_sees_a_token(browser: Browser) -> None:
    begun = browser.login("deng")
    assert begun.status == 303
    asked = begun.query
    assert (asked["response_type"], asked["code_challenge_method"], len(asked["state"])) == ("code", "S256", 43)
    back = browser.get(browser.answer(begun))
    assert (back.status, back.header("location"), back.header("cache-control")) == (303, "/healthz", "no-store")
    [cookie] = [one for one in back.cookies() if one.startswith("roam-session=")]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    told = browser.session()
    assert set(told) == {"signedIn", "displayName", "homeCity", "assurance", "expiresAt", "csrf"}
    assert (told["displayName"], told["homeCity"], told["assurance"]) == ("邓**", "510600", "REAL_PERSON")
    assert browser.ask(WHO, x_roam_csrf=told["csrf"])["data"] == {"me": {"homeCity": {"slug": "deyang"}}}
    assert not A_JWT.search(str((back.headers, back.body, told)))


def test_a_request_without_the_sessions_word_is_refused_and_never_taken_for_nobodys(browser: Browser) -> None:
    """A form on a stranger's page sends the cookie too; it cannot read the word."""
    browser.sign_in("deng")
    word = browser.session()["csrf"]
    assert code(browser.ask("{ cities { slug } }")) == "FORBIDDEN"
    assert code(browser.ask(WHO, x_roam_csrf="guess")) == "FORBIDDEN"
    assert code(browser.ask(WHO, x_roam_csrf=word, origin="http://evil.example")) == "FORBIDDEN"
    assert code(browser.ask(WHO, x_roam_csrf=word, origin="null")) == "FORBIDDEN"
    assert code(browser.ask("mutation { __typename }")) == "FORBIDDEN"
    assert "data" in browser.ask(WHO, x_roam_csrf=word, origin=browser.gateway)


def test_a_page_of_another_origin_learns_nothing_of_the_session(browser: Browser) -> None:
    browser.sign_in("deng")
    asked = browser.get("/auth/session", origin="http://evil.example")
    assert asked.json() == {"signedIn": False}
    assert asked.header("access-control-allow-origin") == ""
    assert browser.session()["signedIn"]


def test_an_authorization_header_comes_before_the_cookie(stack: Stack, browser: Browser) -> None:
    """A tester who types a token means it."""
    browser.sign_in("deng")
    typed = browser.ask(WHO, authorization=f"Bearer {stack.token('mei')}")
    assert typed["data"] == {"me": {"homeCity": {"slug": "meishan"}}}
    assert code(browser.ask(WHO, authorization="Bearer nonsense")) == "UNAUTHENTICATED"


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(browser: Browser) -> None:
    browser.sign_in("deng")
    word, copy = browser.session()["csrf"], dict(browser.jar)
    assert browser.send("POST", "/auth/logout").status == 403
    assert browser.get("/auth/logout").status == 405
    assert browser.session()["signedIn"]
    assert browser.send("POST", "/auth/logout", x_roam_csrf=word).status == 204
    assert browser.jar == {}
    browser.jar = copy
    assert code(browser.ask(WHO, x_roam_csrf=word)) == "UNAUTHENTICATED"
    assert browser.session() == {"signedIn": False}
    assert browser.jar == {}


def test_every_sign_in_gets_a_new_id_and_a_planted_one_is_worth_nothing(browser: Browser) -> None:
    """Session fixation: whoever plants a cookie before the sign-in must not know the session after it."""
    browser.jar["roam-session"] = "planted"
    assert code(browser.ask(WHO, x_roam_csrf="x")) == "UNAUTHENTICATED"
    browser.sign_in("deng")
    first = browser.jar["roam-session"]
    assert first != "planted"
    browser.sign_in("mei")
    assert browser.jar["roam-session"] != first
    browser.jar["roam-session"] = first
    assert code(browser.ask(WHO, x_roam_csrf="x")) == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/a\r\nset-cookie: x=y",
        "javascript:alert(1)",
        "evil",
        "/" + "a" * 600,
        "http:///x",
    ],
)
def test_a_sign_in_returns_to_paths_of_this_gateway_only(browser: Browser, place: str) -> None:
    """An open redirect lends the gateway's good name to any address."""
    begun = browser.login("deng", **{"return": place})
    assert begun.status == 400
    assert begun.header("location") == ""
    assert "BAD_RETURN" in begun.body.decode()
    assert browser.jar == {}


def test_an_answer_is_good_once_and_for_the_browser_that_asked(stack: Stack, browser: Browser) -> None:
    """State: neither repeated, nor brought to another browser, nor made up."""
    begun = browser.login("deng")
    cookies = dict(browser.jar)
    answer = browser.answer(begun)
    victim = Browser(stack.gateway_url)
    assert victim.get(answer).query["reason"] == "STATE_MISMATCH"
    victim.login("mei")
    assert victim.get(answer).query["reason"] == "STATE_MISMATCH"
    assert victim.session() == {"signedIn": False}
    assert browser.get(answer).header("location") == "/healthz"
    browser.jar = cookies
    assert browser.get(answer).query["reason"] == "STATE_MISMATCH"
    browser.login("deng")
    assert browser.get("/auth/callback?code=x&state=%C3%A9").query["reason"] == "STATE_MISMATCH"
    assert browser.get("/auth/callback?state=a&state=b").query["reason"] == "INVALID_INPUT"
    assert browser.get("/auth/callback").query["reason"] == "STATE_MISMATCH"


def test_a_code_of_another_sign_in_is_not_taken(stack: Stack, browser: Browser) -> None:
    """Code injection: a stolen code put into one's own answer. PKCE ties each code to the attempt that asked for it."""
    thief = Browser(stack.gateway_url)
    stolen = browser.answer(browser.login("deng"))
    own = thief.answer(thief.login("mei"))
    code_of = {
        "code": stolen.partition("code=")[2].partition("&")[0],
        "own": own.partition("code=")[2].partition("&")[0],
    }
    injected = thief.get(own.replace(code_of["own"], code_of["code"]))
    assert injected.query["reason"] == "PROVIDER_REFUSED"
    assert thief.session() == {"signedIn": False}


def test_an_answer_of_another_provider_is_not_taken(browser: Browser) -> None:
    """Mix-up (RFC 9207): the provider names itself, so its silence counts as another's answer."""
    answer = browser.answer(browser.login("deng"))
    assert browser.get(answer.partition("&iss=")[0]).query["reason"] == "WRONG_ISSUER"


def test_a_provider_that_refuses_is_told_to_the_page_that_asked(browser: Browser) -> None:
    failed = browser.sign_in("nobody-of-this-name").header("location")
    assert failed.startswith("/healthz?signin=failed&reason=PROVIDER_REFUSED&detail=")
    assert browser.login("deng", issuer="https://elsewhere.example").query["reason"] == "NO_PROVIDER"


def test_the_store_holds_neither_the_id_nor_the_token(stack: Stack, browser: Browser) -> None:
    """A copy of the file lets nobody in."""
    browser.sign_in("deng")
    with sqlite3.connect(f"file:{stack.places.state}/gateway.sqlite?mode=ro", uri=True) as store:
        rows = str(store.execute("SELECT * FROM sessions").fetchall())
    assert rows != "[]"
    assert browser.jar["roam-session"] not in rows
    assert not A_JWT.search(rows)
    assert not re.search(r"\bdeng\b", rows)


@pytest.mark.parametrize(("origin", "opens"), [("own", True), ("http://evil.example", False), (None, False)])
def test_a_socket_with_the_cookie_must_come_from_our_own_page(
    browser: Browser, origin: str | None, opens: bool
) -> None:
    """Cross-site WebSocket hijacking: a socket has no preflight, and brings the cookie along."""
    browser.sign_in("deng")
    cookie = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
    headers = {"cookie": cookie} | ({"origin": browser.gateway if origin == "own" else origin} if origin else {})
    assert asyncio.run(opened(browser.gateway, headers)) is opens


async def opened(gateway: str, headers: dict[str, str]) -> bool:
    protocols = ("graphql-transport-ws",)
    async with aiohttp.ClientSession() as session:
        try:
            async with session.ws_connect(f"{gateway}/graphql", protocols=protocols, headers=headers) as socket:
                await socket.send_json({"type": "connection_init"})
                told = await socket.receive(timeout=10)
                if told.type is not aiohttp.WSMsgType.TEXT:
                    return False
                await socket.send_json({"id": "1", "type": "subscribe", "payload": {"query": WHO}})
                answer = (await socket.receive(timeout=20)).json()
                return bool(answer["payload"]["data"]["me"]["homeCity"]["slug"] == "deyang")
        except aiohttp.WSServerHandshakeError:
            return False
