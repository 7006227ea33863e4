"""SOAP and GraphQL on the wire: raw bytes both ways, and every way they say no."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
import xmltodict

from schema.codes import ErrorCode
from tests.channels.loopback import BILL, BILL_MAP, PAID, PAY, Asked, City, always, connected, http, served, snapshot

SOAP = {
    "kind": "soap",
    "encoding": "gb18030",
    "auth": "w",
    "namespaces": {"zy": "http://zy.example/v1"},
    "envelope": {
        "ok": "*.Result.RetCode | [0] == '000'",
        "data": "*.Result.Data | [0]",
        "code": "*.Result.RetCode | [0]",
    },
    "errors": [{"code": "101", "to": "ACCOUNT_NOT_LINKED"}, {"code": "Auth", "to": "FORBIDDEN"}],
}
WSS = {"w": {"type": "ws_security", "username": "secret:USER", "password": "secret:PASSWORD", "digest": True}}
SECRETS = {"USER": "网关&", "PASSWORD": "pw"}
QUERY = {
    "backend": "api",
    "needs": ["name"],
    "request": {
        "soap_action": "http://zy.example/v1/Query",
        "path": "/Bills",
        "xml": "<zy:Query><zy:Name>${citizen.name}</zy:Name><zy:Kind>${args.kind}</zy:Kind></zy:Query>",
    },
    "page": {"style": "all", "size": 2},
    "response": {
        "items": "ZD",
        "map": {**BILL_MAP, "amount": {"from": "amount", "as": "money.yuan"}},
    },
}
ROW = "<ZD><id>{}</id><payee>㛃𠅤䶮</payee><amount>38.6</amount><flag>0</flag><due/></ZD>"


def envelope(data: str, code: str = "000") -> bytes:
    text = (
        '<?xml version="1.0" encoding="GB18030"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<r:QueryResponse xmlns:r="http://zy.example/v1"><r:Result><r:RetCode>{code}</r:RetCode>'
        f"<r:Data>{data}</r:Data></r:Result></r:QueryResponse></s:Body></s:Envelope>"
    )
    return text.encode("gb18030")


def fault(code: str) -> bytes:
    body = f"<s:Fault><faultcode>s:{code}</faultcode><faultstring>no</faultstring></s:Fault>"
    head = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    return http(f"{head}{body}</s:Body></s:Envelope>", status=500, content_type="text/xml")


def soap(url: str, **operations: Any) -> Any:
    held = operations or {"bills.list": QUERY}
    return snapshot(f"{url}/services", backend=SOAP, auth=WSS, secrets=SECRETS, operations=held)


@pytest.mark.parametrize("count", [0, 1, 3])
async def test_one_element_is_a_list_and_none_is_an_empty_one(count: int) -> None:
    """XML cannot tell one from many; the channel can."""
    rows = "".join(ROW.format(number) for number in range(count))
    async with served(always(http(envelope(rows)))) as city, connected(soap(city.url)) as call:
        page = await call(claims={"name": "陈"})
    assert [row["id"] for row in page.rows] == [str(number) for number in range(count)]
    assert all(row["payee"] == "㛃𠅤䶮" and row["dueOn"] is None for row in page.rows)


async def test_the_envelope_that_arrives() -> None:
    """Declared prefixes, raw GB18030 bytes, escaped values, and a digest the city can recompute."""
    async with served(always(http(envelope("")))) as city, connected(soap(city.url)) as call:
        await call(claims={"name": "㛃<𠅤>&"}, args={"kind": None})
        await call(claims={"name": "b"})
        assert (await call(claims={"name": "a\x00"})).code is ErrorCode.INVALID_INPUT
    first, second = city.asked
    assert (first.method, first.target) == ("POST", "/services/Bills")
    assert first.headers["soapaction"] == '"http://zy.example/v1/Query"'
    assert first.headers["content-type"] == "text/xml; charset=GB18030"
    text = first.body.decode("gb18030")
    parsed = xmltodict.parse(text)["soap:Envelope"]
    assert parsed["@xmlns:zy"] == "http://zy.example/v1"
    assert parsed["soap:Body"]["zy:Query"] == {"zy:Name": "㛃<𠅤>&", "zy:Kind": None}
    token = parsed["soap:Header"]["wsse:Security"]["wsse:UsernameToken"]
    nonce, created = base64.b64decode(token["wsse:Nonce"]["#text"]), token["wsu:Created"]
    expected = hashlib.sha1(nonce + created.encode() + b"pw").digest()  # noqa: S324
    assert token["wsse:Username"] == "网关&"
    assert token["wsse:Password"]["#text"] == base64.b64encode(expected).decode()
    assert created == "2026-11-21T04:00:00Z"
    assert token["wsse:Nonce"]["#text"].encode() not in second.body


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http(envelope("", "101")), ErrorCode.ACCOUNT_NOT_LINKED),
        (http(envelope("", "777")), ErrorCode.BACKEND_REJECTED),
        (fault("Client"), ErrorCode.BACKEND_REJECTED),
        (fault("Auth"), ErrorCode.FORBIDDEN),
        (fault("Server"), ErrorCode.BACKEND_UNREACHABLE),
        (http("<a>"), ErrorCode.BACKEND_CONTRACT_BROKEN),
        (http("<a/>"), ErrorCode.BACKEND_CONTRACT_BROKEN),
        (http(envelope("")[:-20]), ErrorCode.BACKEND_CONTRACT_BROKEN),
        (http(b"\xff\xff\xff"), ErrorCode.BACKEND_CONTRACT_BROKEN),
        (
            http('<!DOCTYPE a [<!ENTITY x "y">]><Envelope><Body>&x;</Body></Envelope>'),
            ErrorCode.BACKEND_CONTRACT_BROKEN,
        ),
    ],
)
async def test_how_soap_says_no(answer: bytes, code: ErrorCode) -> None:
    async with served(always(answer)) as city, connected(soap(city.url)) as call:
        assert (await call(claims={"name": "a"})).code is code


async def test_a_server_fault_of_a_write_is_an_unknown_outcome() -> None:
    pay = {**PAY, "request": {"path": "/Pay", "xml": "<zy:Pay>${args.billId}</zy:Pay>", "soap_action": "x"}}
    async with (
        served(always(fault("Server"))) as city,
        connected(soap(city.url, **{"bills.pay": pay})) as call,
    ):
        assert (await call("bills.pay", args={"billId": "1"})).code is ErrorCode.OUTCOME_UNKNOWN


GRAPHQL = {
    "backend": "api",
    "needs": ["pairwise_id"],
    "request": {
        "graphql": "query B($kinds: [String!], $first: Int, $none: String) { me { bills { id } } }",
        "variables": {
            "kinds": "${args.kinds}",
            "first": "${page.size}",
            "none": "${args.nothing}",
            "u": "u-${page.size}",
        },
    },
    "page": {"style": "cursor", "size": 50, "next": "me.bills.pageInfo.endCursor"},
    "response": {"items": "me.bills.nodes", "map": BILL_MAP},
}


@pytest.mark.parametrize("kind", ["graphql", "federation"])
async def test_variables_keep_their_types_and_null_stays_null(kind: str) -> None:
    data = {"me": {"bills": {"nodes": [BILL], "pageInfo": {"endCursor": "c", "hasNextPage": False}}}}
    async with served(always(http({"data": data}))) as city:
        held = snapshot(f"{city.url}/graphql", backend={"kind": kind}, operations={"bills.list": GRAPHQL})
        async with connected(held) as call:
            page = await call(args={"kinds": ["WATER"]})
    assert len(page.rows) == 1
    assert page.next is None
    (asked,) = city.asked
    assert (asked.method, asked.target) == ("POST", "/graphql")
    assert asked.json["variables"] == {"kinds": ["WATER"], "first": 50, "none": None, "u": "u-50"}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"errors": [{"message": "x"}, {"extensions": {"code": "UNBOUND"}}], "data": None}, "ACCOUNT_NOT_LINKED"),
        ({"errors": [{"message": "x", "extensions": {"code": "OTHER"}}]}, "BACKEND_REJECTED"),
        ({"errors": [{"message": "x"}], "data": {"me": {"bills": {"nodes": []}}}}, "BACKEND_REJECTED"),
        ({"errors": "?"}, "BACKEND_REJECTED"),
        ({"data": None}, "BACKEND_CONTRACT_BROKEN"),
        ({"data": {"me": None}}, "BACKEND_CONTRACT_BROKEN"),
        ([], "BACKEND_CONTRACT_BROKEN"),
    ],
)
async def test_how_graphql_says_no(answer: Any, code: str) -> None:
    async def respond(city: City, asked: Asked, writer: Any) -> bytes:
        return http(answer)

    backend = {"kind": "graphql", "errors": [{"code": "UNBOUND", "to": "ACCOUNT_NOT_LINKED"}]}
    async with served(respond) as city:
        held = snapshot(city.url, backend=backend, operations={"bills.list": GRAPHQL})
        async with connected(held) as call:
            assert (await call()).code == code


async def test_a_graphql_write_refused_by_name_was_not_done() -> None:
    pay = {**PAY, "request": {"graphql": "mutation P { pay { no } }"}, "response": {**PAY["response"], "item": "pay"}}
    backend = {"kind": "graphql", "errors": [{"code": "PAID", "to": "ALREADY_DONE", "user": True}]}
    for answer, code in [
        (http({"errors": [{"extensions": {"code": "PAID"}}]}), ErrorCode.ALREADY_DONE),
        (http({"errors": [{"message": "boom"}]}, status=500), ErrorCode.OUTCOME_UNKNOWN),
        (http({"data": {"pay": None}}), ErrorCode.OUTCOME_UNKNOWN),
        (http({"data": {"pay": {**PAID, "url": "javascript:x"}}}), ErrorCode.OUTCOME_UNKNOWN),
    ]:
        async with (
            served(always(answer)) as city,
            connected(snapshot(city.url, backend=backend, operations={"bills.pay": pay})) as call,
        ):
            assert (await call("bills.pay", args={"billId": "1"})).code is code
