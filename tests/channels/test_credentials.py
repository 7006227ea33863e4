"""Tokens: fetched once, renewed in time, bound to one city; and what a broken key costs."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ssl
from typing import Any
from urllib.parse import parse_qs

import pytest
import trustme
from joserfc import jwt
from joserfc.jwk import ECKey

from channels.proofs.soap_security import password_digest
from schema.codes import ErrorCode
from tests.channels.loopback import BILLS, NOW, PAID, PAY, Asked, City, always, connected, http, served, snapshot

PEM = ECKey.generate_key("P-256").as_pem(private=True).decode()
TOKEN_AUTH = {
    "o": {"type": "oauth2_client", "client_id": "secret:ID", "client_secret": "secret:SECRET", "scope": "r w"}
}
CLIENT = {"ID": "id:1", "SECRET": "s%"}


def oauth(city: City, **rule: Any) -> Any:
    auth = {"o": {**TOKEN_AUTH["o"], "token_url": f"{city.url}/token", **rule}}
    return snapshot(city.url, backend={"auth": "o"}, auth=auth, secrets=CLIENT)


async def test_one_token_serves_all_who_wait_and_is_renewed_before_it_ends() -> None:
    """Ten calls at once fetch one token; a short one is fetched again when its time is up."""

    async def respond(city: City, asked: Asked, writer: Any) -> bytes:
        if asked.target == "/token":
            life = 3600 if len([a for a in city.asked if a.target == "/token"]) > 1 else 0
            return http({"access_token": f"t{life}", "expires_in": life})
        return http({"rows": []})

    async with served(respond) as city, connected(oauth(city)) as call:
        await call()
        async with asyncio.TaskGroup() as group:
            for number in range(10):
                group.create_task(call(subject=f"s{number}", claims={"pairwise_id": f"p{number}"}))
    tokens = [asked for asked in city.asked if asked.target == "/token"]
    assert len(tokens) == 2
    assert base64.b64decode(tokens[0].headers["authorization"].removeprefix("Basic ")) == b"id%3A1:s%25"
    assert parse_qs(tokens[0].body.decode()) == {"grant_type": ["client_credentials"], "scope": ["r w"]}
    assert city.asked[-1].headers["authorization"] == "Bearer t3600"


async def test_a_401_is_answered_once_with_a_new_token() -> None:
    """The city forgot the token; it did not act, so a write may be offered again with a new one, once."""

    async def respond(city: City, asked: Asked, writer: Any) -> bytes:
        if asked.target == "/token":
            return http({"access_token": f"t{len(city.asked)}", "expires_in": 3600})
        return http("", status=401) if asked.headers["authorization"] == "Bearer t1" else http(PAID)

    async with served(respond) as city, connected(oauth(city)) as call:
        page = await call("bills.pay", args={"billId": "b1"})
    assert len(page.rows) == 1
    assert [asked.target for asked in city.asked] == ["/token", "/pay/b1", "/token", "/pay/b1"]
    async with served(respond_401) as city, connected(oauth(city)) as call:
        assert (await call("bills.pay", args={"billId": "b1"})).code is ErrorCode.BACKEND_REJECTED
    assert [asked.target for asked in city.asked] == ["/token", "/pay/b1", "/token", "/pay/b1"]


async def respond_401(city: City, asked: Asked, writer: Any) -> bytes:
    return http({"access_token": "t"}) if asked.target == "/token" else http("", status=401)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http({"error": "invalid_client"}, status=401), ErrorCode.BACKEND_REJECTED),
        (http("", status=503), ErrorCode.BACKEND_UNREACHABLE),
        (http({"token": 1}), ErrorCode.BACKEND_CONTRACT_BROKEN),
        (http({"access_token": "a\r\nb"}), ErrorCode.BACKEND_CONTRACT_BROKEN),
        (http("<html>"), ErrorCode.BACKEND_CONTRACT_BROKEN),
    ],
)
async def test_without_a_token_nothing_is_sent(answer: bytes, code: ErrorCode) -> None:
    """A write that could not get a token was not done, and is told so."""
    async with served(always(answer)) as city, connected(oauth(city)) as call:
        assert (await call("bills.pay", args={"billId": "b1"})).code is code
    assert {asked.target for asked in city.asked} == {"/token"}


async def test_the_gateways_token_names_the_pairwise_id_and_one_city() -> None:
    """No ID number, no name: who, for whom, how sure, how long."""
    auth = {"g": {"type": "gateway_jwt", "audience": "https://city.example", "key": "secret:KEY", "ttl": "60s"}}
    public = {**BILLS, "needs": [], "request": {"method": "GET", "path": "/public"}}
    held = {"bills.list": BILLS, "notices.list": {**public, "response": {"items": "rows", "map": NOTICE_MAP}}}
    parts = {"backend": {"auth": "g"}, "auth": auth, "secrets": {"KEY": PEM}, "operations": held}
    async with served(always(http({"rows": []}))) as city, connected(snapshot(city.url, **parts)) as call:
        await call()
        await call("notices.list")
    key = ECKey.import_key(PEM)
    mine, public_ = (
        jwt.decode(asked.headers["authorization"].removeprefix("Bearer "), key, algorithms=["ES256"]).claims
        for asked in city.asked
    )
    now = int(NOW.timestamp())
    assert mine == {
        "iss": "https://graph.example/graphql",
        "aud": "https://city.example",
        "sub": "p1",
        "act": {"sub": "gateway"},
        "client_id": "gateway",
        "scope": "bills.list",
        "acr": "REAL_NAME",
        "iat": now,
        "exp": now + 60,
        "jti": mine["jti"],
    }
    assert (public_["sub"], public_["acr"], public_["scope"]) == ("gateway", "ANONYMOUS", "notices.list")
    assert public_["jti"] != mine["jti"]


NOTICE_MAP = {
    "id": "id",
    "kind": {"value": "OTHER"},
    "title": "title",
    "publishedAt": {"from": "at", "as": "datetime", "format": "epoch_ms"},
}


@pytest.mark.parametrize("pem", ["x", "", ECKey.generate_key("P-384").as_pem(private=True).decode()])
async def test_a_key_that_is_none_is_named_at_start(pem: str) -> None:
    auth = {"g": {"type": "gateway_jwt", "audience": "a", "key": "secret:KEY"}}
    held = snapshot("http://127.0.0.1:1", backend={"auth": "g"}, auth=auth, secrets={"KEY": pem})
    async with connected(held) as call:
        (line,) = call.connections.diagnostics
    assert "secret:KEY is not" in line


async def test_an_api_key_is_a_header() -> None:
    auth = {"k": {"type": "api_key", "header": "X-Open-Token", "value": "secret:T"}}
    parts = {"backend": {"auth": "k"}, "auth": auth, "secrets": {"T": "tok"}}
    async with served(always(http({"rows": []}))) as city, connected(snapshot(city.url, **parts)) as call:
        await call()
    assert city.asked[0].headers["x-open-token"] == "tok"


def test_password_digest_of_the_profile() -> None:
    """Base64(SHA-1(nonce + created + password)), by hand."""
    made = hashlib.sha1(b"n" * 16 + b"2026-11-21T04:00:00Z" + b"pw").digest()  # noqa: S324
    assert password_digest(b"n" * 16, "2026-11-21T04:00:00Z", "pw") == base64.b64encode(made).decode()


async def test_mutual_tls_on_loopback() -> None:
    """Only the declared authority is trusted, and the city sees the gateway's certificate."""
    ca, other = trustme.CA(), trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1").configure_cert(server)
    ca.configure_trust(server)
    server.verify_mode = ssl.CERT_REQUIRED
    mine = ca.issue_cert("gateway.example")
    tls = {"ca": "secret:CA", "client_cert": "secret:CERT", "client_key": "secret:KEY", "min": "1.3"}
    pems = {
        "CA": ca.cert_pem.bytes().decode(),
        "CERT": mine.cert_chain_pems[0].bytes().decode(),
        "KEY": mine.private_key_pem.bytes().decode(),
    }
    async with served(always(http(PAID)), server) as city:
        operations = {"bills.pay": PAY}
        good = snapshot(city.url, backend={"tls": tls}, secrets=pems, operations=operations)
        async with connected(good) as call:
            assert len((await call("bills.pay", args={"billId": "b"})).rows) == 1
        stranger = pems | {"CA": other.cert_pem.bytes().decode()}
        async with connected(snapshot(city.url, backend={"tls": tls}, secrets=stranger)) as call:
            failed = await call("bills.pay", args={"billId": "b"})
            assert failed.code is ErrorCode.BACKEND_UNREACHABLE
            assert "TLS" in failed.detail
        async with connected(snapshot(city.url, backend={"tls": tls}, secrets=pems | {"KEY": "x"})) as call:
            assert "not a certificate and its key" in call.connections.diagnostics[0]
