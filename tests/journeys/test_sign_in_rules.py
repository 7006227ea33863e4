"""A deployment's own rules at the door: a second provider for one city, and mutations that want a bound token."""

import asyncio
import base64
import hashlib
import json
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import aiohttp
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from sandbox.idp.possession import proof_of
from sandbox.programs import audience
from sandbox.up import Stack
from tests.client import FrontEnd
from tests.journeys.browser import Browser

ROOT = Path(__file__).resolve().parents[2]
WHO = "{ me { homeCity { slug } assurance } }"
CANCEL = """mutation { cancelAppointment(input: {appointmentId: "none", idempotencyKey: "0000000000000001"}) {
  userErrors { code } } }"""
RULES = """
identity:
  issuers:
    - issuer: http://127.0.0.1:8100
    - issuer: {url}
      cities: ["511400"]
      acr: {{silver: REAL_NAME}}
  dpop: {{mutations: required}}
"""


@dataclass(frozen=True)
class CityProvider:
    """A city's own provider: discovery and one key."""

    url: str
    key: ECKey
    audience: str

    def token(self, home_city: str, **claims: object) -> str:
        now = int(time.time())
        body = {
            "iss": self.url,
            "sub": "deng",
            "aud": self.audience,
            "iat": now,
            "exp": now + 600,
            "home_city": home_city,
            "acr": "silver",
        }
        header = {"alg": "ES256", "typ": "at+jwt", "kid": self.key.kid}
        return jwt.encode(header, body | claims, self.key, algorithms=["ES256"])


@contextmanager
def city_provider() -> Iterator[CityProvider]:
    key = ECKey.generate_key("P-256", auto_kid=True)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"http://127.0.0.1:{self.server.server_address[1]}"
            pages = {
                "/.well-known/openid-configuration": {"issuer": url, "jwks_uri": f"{url}/jwks"},
                "/jwks": {"keys": [key.as_dict(private=False)]},
            }
            body = json.dumps(pages.get(self.path, {})).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        yield CityProvider(url, key, audience(ROOT / "cities"))
        server.shutdown()


@pytest.fixture(scope="module")
def provider() -> Iterator[CityProvider]:
    with city_provider() as serving:
        yield serving


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, provider: CityProvider) -> Iterator[Stack]:
    """A sandbox with those rules."""
    place = tmp_path_factory.mktemp("strict")
    shutil.copytree(ROOT / "cities", place / "cities")
    file = place / "cities" / "roam.yaml"
    text, found = re.subn(r'\n +issuer: "http://127\.0\.0\.1:8100"', "", file.read_text("utf-8"))
    assert found == 1, "the environment names the one provider that it trusts"
    file.write_text(text + RULES.format(url=provider.url), "utf-8")
    with Stack.start(place / "cities", place / "home") as running:
        yield running


def front(stack: Stack, token: str, **headers: str) -> FrontEnd:
    return FrontEnd(stack.gateway_url, None, {"authorization": token, "accept-language": "en", **headers})


def test_two_providers_each_speak_in_their_own_words(strict: Stack, provider: CityProvider) -> None:
    """The same subject at two providers is two citizens, and each provider's acr has its own table."""
    ours = front(strict, f"Bearer {strict.token('deng')}").ask(WHO).whole()["me"]
    theirs = front(strict, f"Bearer {provider.token('511400')}").ask(WHO).whole()["me"]
    assert ours == {"homeCity": {"slug": "deyang"}, "assurance": "REAL_PERSON"}
    assert theirs == {"homeCity": {"slug": "meishan"}, "assurance": "REAL_NAME"}
    foreign = front(strict, f"Bearer {provider.token('511400', acr='loa4')}").ask(WHO).whole()["me"]
    assert foreign["assurance"] == "REGISTERED"


def test_a_citys_provider_makes_nobody_a_citizen_of_another_city(strict: Stack, provider: CityProvider) -> None:
    answer = front(strict, f"Bearer {provider.token('510600')}").ask(WHO)
    assert (answer.codes, answer.data) == (["UNAUTHENTICATED"], None)
    assert "may not vouch" in answer.errors[0]["message"]


def bound(provider: CityProvider, key: ECKey) -> str:
    return provider.token("511400", cnf={"jkt": key.thumbprint()})


def proof(stack: Stack, key: ECKey, token: str, method: str = "POST") -> str:
    ath = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
    return proof_of(key, f"{stack.gateway_url}/graphql", method, datetime.now(UTC), ath=ath)


def test_a_mutation_with_a_plain_token_is_refused_before_anything_is_called(strict: Stack) -> None:
    """With the challenge a client needs to do better (RFC 9449 §7.1)."""
    plain = front(strict, f"Bearer {strict.token('deng')}")
    answer = plain.ask(CANCEL)
    assert (answer.codes, answer.data) == (["UNAUTHENTICATED"], None)
    assert answer.errors[0]["extensions"]["challenge"] == "DPoP"
    assert plain.ask(WHO).whole()
    told = Browser(strict.gateway_url).send(
        "POST",
        "/graphql",
        json.dumps({"query": CANCEL}).encode(),
        content_type="application/json",
        accept="application/graphql-response+json",
        authorization=f"Bearer {strict.token('deng')}",
    )
    assert told.status == 401
    assert told.header("www-authenticate").startswith("DPoP ")
    assert 'algs="ES256 EdDSA"' in told.header("www-authenticate")


def test_a_mutation_with_a_bound_token_and_its_proof_goes_through(strict: Stack, provider: CityProvider) -> None:
    key = ECKey.generate_key("P-256")
    token = bound(provider, key)
    answer = front(strict, f"DPoP {token}", dpop=proof(strict, key, token)).ask(CANCEL)
    assert answer.data is not None
    assert "UNAUTHENTICATED" not in answer.codes


def test_a_socket_proves_its_key_once(strict: Stack, provider: CityProvider) -> None:
    """A browser cannot set headers there: token and proof go into the first message, and count for the socket."""
    key = ECKey.generate_key("P-256")
    token = bound(provider, key)
    payload = {"authorization": f"DPoP {token}", "dpop": proof(strict, key, token, "GET")}
    assert asyncio.run(socket_answers(strict, payload, (WHO, WHO, CANCEL))) == [True, True, True]
    assert asyncio.run(socket_answers(strict, payload, (WHO,))) == []
    assert asyncio.run(socket_answers(strict, {"authorization": f"DPoP {token}"}, (WHO,))) == []


async def socket_answers(stack: Stack, payload: dict[str, str], queries: tuple[str, ...]) -> list[bool]:
    """Whether each query had data; none at all where the socket was not let in."""
    found: list[bool] = []
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{stack.gateway_url}/graphql", protocols=("graphql-transport-ws",)) as socket,
    ):
        await socket.send_json({"type": "connection_init", "payload": payload})
        if (await socket.receive(timeout=10)).type is not aiohttp.WSMsgType.TEXT:
            return found
        for number, query in enumerate(queries):
            await socket.send_json({"id": str(number), "type": "subscribe", "payload": {"query": query}})
            told = (await socket.receive(timeout=20)).json()
            found.append(told["type"] == "next" and told["payload"]["data"] is not None)
            if found[-1]:
                await socket.receive(timeout=20)
    return found


def test_a_browsers_session_needs_no_proof_of_its_own(strict: Stack) -> None:
    """Its token never leaves the gateway, and its requests carry the session's word."""
    browser = Browser(strict.gateway_url)
    browser.sign_in("deng")
    assert browser.ask(CANCEL, x_roam_csrf=browser.session()["csrf"])["data"] is not None


def test_two_proofs_or_two_tokens_in_one_request_are_no_credential(strict: Stack, provider: CityProvider) -> None:
    """Which of two would count is not for the gateway to choose."""
    import http.client

    key = ECKey.generate_key("P-256")
    token, body = bound(provider, key), json.dumps({"query": WHO}).encode()
    for repeated in ("dpop", "authorization"):
        fields = [("authorization", f"DPoP {token}"), ("dpop", proof(strict, key, token))]
        fields += [field for field in fields if field[0] == repeated]
        connection = http.client.HTTPConnection("127.0.0.1", strict.ports.gateway, timeout=30)
        connection.putrequest("POST", "/graphql")
        for name, value in (*fields, ("content-type", "application/json"), ("content-length", str(len(body)))):
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
