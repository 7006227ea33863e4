"""graphql-sse: any operation over one event stream; who hangs up ends the subscription."""

import asyncio
import json
from typing import Any

import aiohttp

from edge import Limits
from tests.edge.conftest import Serve
from tests.edge.town import Gateway

EVENTS = {"accept": "text/event-stream"}


async def events(client: aiohttp.ClientSession, base: str, query: str) -> list[tuple[str, Any]]:
    async with client.post(f"{base}/graphql", json={"query": query}, headers=EVENTS) as response:
        assert (response.status, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        return [parsed(block) for block in (await response.text()).strip("\n").split("\n\n")]


def parsed(block: str) -> tuple[str, Any]:
    lines = dict(line.split(":", 1) for line in block.split("\n"))
    data = lines["data"].strip()
    return lines["event"].strip(), json.loads(data) if data else None


async def test_a_subscription_streams_and_completes(serve: Serve, client: aiohttp.ClientSession) -> None:
    found = await events(client, await serve(), "subscription { count }")
    assert [name for name, _ in found] == ["next", "next", "next", "complete"]
    assert [body["data"]["count"] for name, body in found if name == "next"] == [1, 2, 3]


async def test_queries_and_mutations_work_over_it_too(serve: Serve, client: aiohttp.ClientSession) -> None:
    base = await serve()
    for query, data in (("{ add(a: 1) }", {"add": 2}), ('mutation { pay(bill: "b") }', {"pay": "paid b"})):
        found = await events(client, base, query)
        assert [name for name, _ in found] == ["next", "complete"]
        assert found[0][1]["data"] == data


async def test_a_refused_operation_is_told_in_the_stream(serve: Serve, client: aiohttp.ClientSession) -> None:
    base = await serve()
    for query, code in (("{ nothing }", "GRAPHQL_VALIDATION_FAILED"), ("{", "GRAPHQL_PARSE_FAILED")):
        found = await events(client, base, query)
        assert [name for name, _ in found] == ["next", "complete"]
        assert found[0][1]["errors"][0]["extensions"]["code"] == code


async def test_a_source_that_breaks_ends_with_one_clear_error(serve: Serve, client: aiohttp.ClientSession) -> None:
    found = await events(client, await serve(), "subscription { failing }")
    assert [name for name, _ in found] == ["next", "next", "complete"]
    assert found[1][1]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "the source broke" not in json.dumps(found)


async def test_a_client_that_hangs_up_ends_its_subscription(
    serve: Serve, client: aiohttp.ClientSession, gateway: Gateway
) -> None:
    base = await serve()
    async with client.post(f"{base}/graphql", json={"query": "subscription { forever }"}, headers=EVENTS) as response:
        await response.content.readuntil(b"\n\n")
        assert gateway.live
        response.close()
    await asyncio.wait_for(gateway.ended.wait(), 5)
    assert not gateway.live


async def test_an_idle_stream_is_kept_open_by_comments_and_ends_on_hanging_up(
    serve: Serve, client: aiohttp.ClientSession, gateway: Gateway
) -> None:
    base = await serve(limits=Limits(keep_alive_seconds=0.01))
    async with client.get(f"{base}/graphql", params={"query": "subscription { silent }"}, headers=EVENTS) as response:
        assert await response.content.readexactly(6) == b":\n\n:\n\n"
        response.close()
    await asyncio.wait_for(gateway.ended.wait(), 5)
