"""GraphQL over HTTP as the specification has it, over a real socket."""

import io
import json
import time
from typing import Any

import aiohttp
import pytest

from edge import Limits
from tests.edge.conftest import Serve
from tests.edge.town import Gateway

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"


async def ask(
    client: aiohttp.ClientSession, base: str, body: Any, *, accept: str = GRAPHQL, **headers: str
) -> tuple[int, str, dict[str, Any]]:
    """POST; returns status, content type and the body."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"accept": accept, "content-type": JSON} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    async with client.post(f"{base}/graphql", data=io.BytesIO(data), headers=named) as response:
        return response.status, response.headers["content-type"], await response.json(content_type=None)


def code(answer: dict[str, Any]) -> str:
    assert "data" not in answer
    return str(answer["errors"][0]["extensions"]["code"])


async def test_data_field_errors_and_errors_beside_arrive_together(serve: Serve, client: aiohttp.ClientSession) -> None:
    """Partial data is the normal case of a fan-out: it is 200 in both media types."""
    base = await serve()
    query = {"query": "{ me { displayName refused broken } beside }"}
    for accept in (GRAPHQL, JSON):
        status, kind, answer = await ask(client, base, query, accept=accept, x_request_id="trace-7")
        assert (status, kind) == (200, f"{accept}; charset=utf-8")
        assert answer["data"] == {"me": {"displayName": "陈 ***", "refused": None, "broken": None}, "beside": 1}
        assert [error["extensions"]["code"] for error in answer["errors"]] == [
            "BACKEND_REJECTED",
            "INTERNAL",
            "BACKEND_TIMEOUT",
        ]
        assert answer["errors"][1]["message"] == "Something went wrong on our side. Request trace-7."
        assert answer["extensions"] == {"roam": {"config": "cfg-1", "schema": "s-1"}, "stepUp": {"maxAge": 60}}


async def test_a_fault_shows_no_inside(
    serve: Serve, client: aiohttp.ClientSession, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the client nor the log reads an exception's text: it may hold an address or an identity number."""
    base = await serve()
    _, _, answer = await ask(client, base, {"query": "{ me { broken } }"}, x_request_id="trace-8")
    logged = capsys.readouterr().out
    for text in (json.dumps(answer), logged):
        assert "510102199001011234" not in text
        assert "10.0.0.7" not in text
    assert "trace-8" in logged
    assert "RuntimeError" in logged


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query($a: Int!) { add(a: $a) }", "variables": {"a": None}}, "INVALID_INPUT"),
        ({"query": "query($a: Int!) { add(a: $a) }", "variables": {"a": "x"}}, "INVALID_INPUT"),
        ({"query": "query A { beside }", "operationName": "B"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "{ me " + "{ friend " * 20 + "{ displayName }" + "}" * 21}, "QUERY_REJECTED"),
    ],
)
async def test_a_refused_query_is_400_or_200_by_media_type(
    serve: Serve, client: aiohttp.ClientSession, body: dict[str, Any], expected: str
) -> None:
    base = await serve()
    status, kind, answer = await ask(client, base, body)
    assert (status, kind, code(answer)) == (400, f"{GRAPHQL}; charset=utf-8", expected)
    status, kind, answer = await ask(client, base, body, accept=JSON)
    assert (status, kind, code(answer)) == (200, f"{JSON}; charset=utf-8", expected)


async def test_no_resolver_runs_for_a_refused_query(
    serve: Serve, client: aiohttp.ClientSession, gateway: Gateway
) -> None:
    base = await serve()
    status, _, answer = await ask(client, base, {"query": "{ me { bills(first: 9999999) { nodes { id } } } }"})
    assert (status, code(answer)) == (400, "QUERY_REJECTED")
    assert answer["errors"][0]["extensions"] == {
        "code": "QUERY_REJECTED",
        "measure": "cost",
        "found": 10_000_010,
        "limit": 10_000,
    }
    assert gateway.calls == []


async def test_a_bad_token_is_401_with_one_coded_error(serve: Serve, client: aiohttp.ClientSession) -> None:
    base = await serve()
    async with client.post(
        f"{base}/graphql",
        json={"query": "{ beside }"},
        headers={"accept": GRAPHQL, "authorization": "Bearer bad"},
    ) as response:
        assert response.status == 401
        assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        answer = await response.json(content_type=None)
    assert code(answer) == "UNAUTHENTICATED"
    assert answer["errors"][0]["message"] == "The token is not valid: it has expired."


async def test_a_fault_in_authentication_lets_nobody_in(serve: Serve, client: aiohttp.ClientSession) -> None:
    base = await serve()
    status, _, answer = await ask(client, base, {"query": "{ beside }"}, authorization="Bearer crash")
    assert (status, code(answer)) == (500, "INTERNAL")
    assert "10.0.0.9" not in json.dumps(answer)


async def test_a_store_that_cannot_be_asked_who_this_is_is_503(serve: Serve, client: aiohttp.ClientSession) -> None:
    """Worth another try, and not the client's fault; a client that reads plain JSON gets 200 as for any refusal."""
    base = await serve()
    for accept, expected in ((GRAPHQL, 503), ("application/json", 200)):
        headers = {"accept": accept, "authorization": "Bearer locked"}
        async with client.post(f"{base}/graphql", json={"query": "{ beside }"}, headers=headers) as response:
            assert response.status == expected
            answer = await response.json(content_type=None)
        assert code(answer) == "STORE_UNAVAILABLE"
        assert "data" not in answer
        assert "/secret/store" not in json.dumps(answer)


async def test_the_last_credentials_reach_the_gateway(
    serve: Serve, client: aiohttp.ClientSession, gateway: Gateway
) -> None:
    base = await serve()
    await ask(client, base, {"query": "{ beside }"}, authorization="Bearer good", accept_language="en")
    assert gateway.seen[0].authorization == "Bearer good"
    assert gateway.seen[0].headers["accept-language"] == "en"


HOSTILE: dict[str, tuple[bytes, int, str]] = {
    "invalid UTF-8": (b'{"query": "\xff\xfe"}', 400, "INVALID_INPUT"),
    "not an object": (b'"{ beside }"', 400, "INVALID_INPUT"),
    "a batch": (b'[{"query": "{ beside }"}]', 400, "INVALID_INPUT"),
    "5 000 digits": (b'{"query": "{ beside }", "variables": {"a": ' + b"7" * 5_000 + b"}}", 400, "INVALID_INPUT"),
    "50 000 brackets": (b"[" * 50_000, 400, "QUERY_REJECTED"),
    "50 000 brackets in the query": (b'{"query": "' + b"{" * 50_000 + b'"}', 400, "QUERY_REJECTED"),
    "a query of 1 MB": (b'{"query": "{ a' + b" " * 1_000_000 + b'}"}', 400, "QUERY_REJECTED"),
    "500 nested fields": (b'{"query": "' + b"{a" * 500 + b'"}', 400, "QUERY_REJECTED"),
    "a body over 1 MiB": (b'{"query": "' + b"x" * (1 << 20) + b'"}', 413, "QUERY_REJECTED"),
    "10 000 aliases": (
        b'{"query": "{' + b" ".join(b"a%d:beside" % i for i in range(10_000)) + b'}"}',
        400,
        "QUERY_REJECTED",
    ),
    "3 000 equal fields": (b'{"query": "{' + b"beside " * 3_000 + b'}"}', 400, "QUERY_REJECTED"),
    "fragments 200 deep": (
        b'{"query": "{...F0}'
        + b" ".join(b"fragment F%d on Query{...F%d}" % (i, i + 1) for i in range(200))
        + b'fragment F200 on Query{beside}"}',
        400,
        "QUERY_REJECTED",
    ),
    "a fragment cycle": (
        b'{"query": "{...A} fragment A on Query{...B} fragment B on Query{...A}"}',
        400,
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a lone surrogate": (b'{"query": "{ beside }", "variables": {"a": "\\ud800"}}', 400, "INVALID_INPUT"),
    "a NUL in the query": (b'{"query": "{ beside \\u0000 }"}', 400, "GRAPHQL_PARSE_FAILED"),
    "an empty body": (b"", 400, "INVALID_INPUT"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_input_is_refused_quickly_with_one_code(
    serve: Serve, client: aiohttp.ClientSession, gateway: Gateway, name: str
) -> None:
    base = await serve()
    raw, status, expected = HOSTILE[name]
    started = time.process_time()
    found, _, answer = await ask(client, base, raw)
    assert time.process_time() - started < 1
    assert (found, code(answer)) == (status, expected)
    assert len(answer["errors"]) == 1
    assert len(json.dumps(answer)) < 2_000
    assert gateway.calls == []


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/json; charset=gbk", 415),
        ("application/json; charset=UTF-8", 200),
        ("Application/JSON", 200),
    ],
)
async def test_the_content_type_must_be_json(
    serve: Serve, client: aiohttp.ClientSession, kind: str, status: int
) -> None:
    """A form can be posted across origins without a preflight; a JSON body cannot."""
    base = await serve()
    found, _, answer = await ask(client, base, {"query": "{ beside }"}, content_type=kind)
    assert found == status
    if status == 415:
        assert code(answer) == "INVALID_INPUT"


async def test_a_compressed_body_is_refused(serve: Serve, client: aiohttp.ClientSession) -> None:
    base = await serve()
    found, _, answer = await ask(client, base, b"\x1f\x8b", content_encoding="gzip")
    assert (found, code(answer)) == (415, "INVALID_INPUT")


async def test_queries_by_get_mutations_not(serve: Serve, client: aiohttp.ClientSession) -> None:
    base = await serve()
    params = {"query": "query($a: Int!) { add(a: $a) }", "variables": '{"a": 2}'}
    async with client.get(f"{base}/graphql", params=params, headers={"accept": GRAPHQL}) as response:
        assert (response.status, await response.json(content_type=None)) == (
            200,
            {"data": {"add": 3}, "extensions": {"roam": {"config": "cfg-1", "schema": "s-1"}}},
        )
    params = {"query": 'mutation { pay(bill: "b") }'}
    async with client.get(f"{base}/graphql", params=params, headers={"accept": GRAPHQL}) as response:
        assert (response.status, response.headers["allow"]) == (405, "POST")
        assert code(await response.json(content_type=None)) == "INVALID_INPUT"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_405(serve: Serve, client: aiohttp.ClientSession, method: str) -> None:
    base = await serve()
    async with client.request(method, f"{base}/graphql") as response:
        assert (response.status, response.headers["allow"]) == (405, "GET, POST")


async def test_an_unknown_accept_is_406(serve: Serve, client: aiohttp.ClientSession) -> None:
    base = await serve()
    found, kind, answer = await ask(client, base, {"query": "{ beside }"}, accept="image/png")
    assert (found, kind, code(answer)) == (406, "application/json; charset=utf-8", "INVALID_INPUT")


async def test_a_subscription_needs_a_stream(serve: Serve, client: aiohttp.ClientSession) -> None:
    base = await serve()
    found, _, answer = await ask(client, base, {"query": "subscription { count }"}, accept=JSON)
    assert (found, code(answer)) == (406, "INVALID_INPUT")


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "名", '"'])
async def test_a_request_id_that_could_spoil_a_log_is_replaced(
    serve: Serve, client: aiohttp.ClientSession, given: str
) -> None:
    base = await serve()
    async with client.post(
        f"{base}/graphql", json={"query": "{ beside }"}, headers={"x-request-id": given}
    ) as response:
        assert len(response.headers["x-request-id"]) == 16
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"


async def test_introspection_is_refused_where_it_is_switched_off(serve: Serve, client: aiohttp.ClientSession) -> None:
    base = await serve(limits=Limits(introspection=False))
    found, _, answer = await ask(client, base, {"query": "{ __schema { types { name } } }"})
    assert (found, code(answer)) == (400, "GRAPHQL_VALIDATION_FAILED")


async def test_a_new_graph_answers_the_next_request(
    serve: Serve, client: aiohttp.ClientSession, gateway: Gateway
) -> None:
    """Documents are prepared for each graph version: a reload never runs a document checked against the old one."""
    from graphql import build_schema

    base = await serve()
    assert (await ask(client, base, {"query": "{ beside }"}))[0] == 200
    gateway.graph.core = build_schema("type Query { other: Int }")
    assert code((await ask(client, base, {"query": "{ beside }"}))[2]) == "GRAPHQL_VALIDATION_FAILED"
    assert (await ask(client, base, {"query": "{ other }"}))[2]["data"] == {"other": None}
