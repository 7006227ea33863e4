"""Subscriptions through `roam gateway`: events of one subgraph, each completed by others; all over loopback."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from federation.compose import Composed, Source, compose
from supergateway import application
from supergateway.events import MAX_EVENT_BYTES, EventLines, EventTooLarge
from supergateway.gateway import Settings
from supergateway.sources import source_of
from tests.edge.conftest import serving

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
REVIEWS = (
    LINK
    + """
type Query { reviews: Int }
type Subscription { reviewed(min: Int): Review }
type Review { id: ID! product: Product! }
type Product @key(fields: "upc") { upc: ID! }
"""
)
PRODUCTS = LINK + 'type Query { products: Int } type Product @key(fields: "upc") { upc: ID! name: String }'
QUERY = "subscription ($min: Int) { reviewed(min: $min) { id product { name } } }"
STREAM = {"Accept": "text/event-stream"}
EVENTS = [
    {"data": {"reviewed": {"id": id_, "product": {"__typename": "Product", "upc": upc}}}}
    for id_, upc in (("1", "a"), ("2", "b"))
]
WHOLE = [
    {"data": {"reviewed": {"id": id_, "product": {"name": f"name of {upc}"}}}} for id_, upc in (("1", "a"), ("2", "b"))
]


class Subgraphs:
    """`reviews`, which streams, and `products`, which completes; what they were asked is kept."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[str | None] = []
        self.entities: list[Any] = []
        self.ended = asyncio.Event()
        self.hold = False
        """Whether the stream stays open after its events."""
        self.cut = False
        """Whether the connection breaks after its events."""

    async def reviews(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        self.headers.append(request.headers.get("X-Tenant"))
        assert request.headers["Accept"].startswith("text/event-stream")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            await response.write(b":\n\n")
            for event in EVENTS:
                text = f"event: next\r\ndata: {json.dumps(event)}\r\n\r\n".encode()
                await response.write(text[:30])
                await response.write(text[30:])
            if self.cut:
                assert request.transport is not None
                request.transport.abort()
            elif self.hold:
                await asyncio.Event().wait()
            else:
                await response.write(b"event: complete\ndata:\n\n")
        finally:
            self.ended.set()
        return response

    async def products(self, request: web.Request) -> web.Response:
        sent = (await request.json())["variables"]["representations"]
        self.entities.append(sent)
        return web.json_response({"data": {"_entities": [{"name": f"name of {each['upc']}"} for each in sent]}})


@asynccontextmanager
async def gateway(subgraphs: Subgraphs, settings: Settings | None = None, **instead: Any) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/reviews", instead.get("reviews", subgraphs.reviews))
    app.router.add_post("/products", subgraphs.products)
    async with TestServer(app, handler_cancellation=True) as server:
        made = compose(
            Source(name, sdl, str(server.make_url(f"/{name}")))
            for name, sdl in (("reviews", REVIEWS), ("products", PRODUCTS))
        )
        assert isinstance(made, Composed)
        async with serving(application(source_of(made.sdl, "test"), settings or Settings(timeout_seconds=5))) as url:
            yield url


async def streamed(url: str, query: str = QUERY, **headers: str) -> list[Any]:
    """The answers of a stream that ends."""
    sent = {"query": query, "variables": {"min": 3}} if "$min" in query else {"query": query}
    async with aiohttp.ClientSession() as session, session.post(url, json=sent, headers=STREAM | headers) as response:
        assert response.content_type == "text/event-stream"
        *blocks, last = (await response.text()).strip().split("\n\n")
    assert last == "event: complete\ndata:"
    return [json.loads(block.removeprefix("event: next\ndata: ")) for block in blocks]


async def test_each_event_is_completed_by_the_other_subgraph() -> None:
    """Two events, two entity fetches, one stream at the subgraph with the client's variable."""
    subgraphs = Subgraphs()
    async with gateway(subgraphs) as url:
        assert await streamed(url) == WHOLE
    assert [(each["variables"], "subscription" in each["query"]) for each in subgraphs.asked] == [({"min": 3}, True)]
    assert subgraphs.entities == [[{"__typename": "Product", "upc": upc}] for upc in ("a", "b")]


async def test_events_arrive_while_the_stream_is_open_and_a_client_that_leaves_closes_it() -> None:
    """A stream held back until its end would be no subscription; one left open would be a leak."""
    subgraphs = Subgraphs()
    subgraphs.hold = True
    async with gateway(subgraphs) as url, aiohttp.ClientSession() as session:
        async with session.get(url, params={"query": QUERY}, headers=STREAM) as response:
            found = [json.loads(line[6:]) async for line in first(response, 2)]
            assert found == WHOLE
            response.close()
        await asyncio.wait_for(subgraphs.ended.wait(), 5)


async def first(response: aiohttp.ClientResponse, count: int) -> AsyncIterator[bytes]:
    async for line in response.content:
        if line.startswith(b"data: "):
            yield line
            count -= 1
            if not count:
                return


async def test_a_stream_outlives_the_deadline_of_its_opening() -> None:
    """The timeout is for answers; entity fetches after it have their own."""
    subgraphs, gate = Subgraphs(), asyncio.Event()

    async def late(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await gate.wait()
        await response.write(f"event: next\ndata: {json.dumps(EVENTS[0])}\n\n".encode())
        return response

    async with gateway(subgraphs, Settings(timeout_seconds=0.1), reviews=late) as url:
        asyncio.get_running_loop().call_later(0.25, gate.set)
        assert await streamed(url) == WHOLE[:1]


async def test_a_stream_that_breaks_off_ends_with_one_error() -> None:
    """A client can tell it from an end, and subscribe again."""
    subgraphs = Subgraphs()
    subgraphs.cut = True
    async with gateway(subgraphs) as url:
        *_, last = await streamed(url)
    assert last["errors"][0]["extensions"] == {"code": "SUBGRAPH_UNREACHABLE", "subgraph": "reviews"}


BAD = [
    (web.Response(status=502, text="<html>secret</html>"), "SUBGRAPH_UNREACHABLE"),
    (web.Response(text="secret"), "SUBGRAPH_MALFORMED"),
    (web.json_response({"errors": [{"message": "secret", "extensions": {"code": "FORBIDDEN"}}]}), "FORBIDDEN"),
    (web.Response(text="data: secret\n\n", content_type="text/event-stream"), "SUBGRAPH_MALFORMED"),
    (
        web.Response(body=b"data: " + b"x" * (MAX_EVENT_BYTES + 1), content_type="text/event-stream"),
        "SUBGRAPH_MALFORMED",
    ),
]


@pytest.mark.parametrize(("answer", "code"), BAD, ids=["502", "text", "refused", "no-json", "too-large"])
async def test_a_subgraph_that_sends_no_events_is_one_coded_error(answer: web.Response, code: str) -> None:
    """In the stream, with nothing of the subgraph's own text."""

    async def bad(request: web.Request) -> web.Response:
        return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)

    async with gateway(Subgraphs(), reviews=bad) as url:
        found = await streamed(url)
    assert [each["errors"][0]["extensions"]["code"] for each in found] == [code]
    assert "secret" not in json.dumps(found)


async def test_a_subgraph_that_never_opens_the_stream_is_given_up() -> None:
    release = asyncio.Event()

    async def silent(request: web.Request) -> web.Response:
        await release.wait()
        return web.Response()

    async with gateway(Subgraphs(), Settings(timeout_seconds=0.1), reviews=silent) as url:
        [found] = await streamed(url)
        release.set()
    assert found["errors"][0]["extensions"]["code"] == "SUBGRAPH_TIMEOUT"


async def test_named_headers_go_with_the_subscription() -> None:
    """As with any request: only what `--forward` names."""
    subgraphs = Subgraphs()
    async with gateway(subgraphs, Settings(forward=("x-tenant", "accept"))) as url:
        await streamed(url, **{"X-Tenant": "t"})
    assert subgraphs.headers == ["t"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription { nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription ($min: Int!) { reviewed(min: $min) { id } }", None),
    ],
)
async def test_a_stream_may_hold_one_answer(query: str, code: str | None) -> None:
    """Validation errors come in the stream, too: an EventSource sees no bodies of other statuses."""
    async with gateway(Subgraphs()) as url:
        found = await streamed(url, query)
    assert ("errors" in found[0]) == (code is not None)
    assert code is None or found[0]["errors"][0]["extensions"]["code"] == code


async def test_a_query_may_be_streamed_and_a_subscription_may_not_be_answered_as_json() -> None:
    """Distinct connections mode carries any operation; JSON carries one answer."""
    async with gateway(Subgraphs()) as url, aiohttp.ClientSession() as session:
        assert await streamed(url, "{ __typename }") == [{"data": {"__typename": "Query"}}]
        async with session.post(url, json={"query": QUERY}, headers={"Accept": "application/json"}) as response:
            body = await response.json()
    assert body["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_NOT_SUPPORTED"
    assert "text/event-stream" in body["errors"][0]["message"]


def test_event_lines_come_together_from_any_pieces() -> None:
    """The network cuts where it likes; comments and other fields are passed over."""
    text = b":hi\n\nid: 4\nevent: next\ndata: 1\ndata: 2\n\nretry: 5\n\ndata:3\r\n\r\nevent: complete\n\n"
    lines = EventLines()
    found = [event for index in range(len(text)) for event in lines.feed(text[index : index + 1])]
    assert found == [("next", b"1\n2"), ("next", b"3"), ("complete", b"")]


def test_an_event_without_end_is_refused() -> None:
    """Neither one long line nor many short ones."""
    for chunk in (b"data: " + b"x" * 65536, b"data: x\n" * 8192):
        with pytest.raises(EventTooLarge):
            fed(EventLines(), chunk, 40)


def fed(lines: EventLines, chunk: bytes, times: int) -> None:
    for _ in range(times):
        lines.feed(chunk)


@asynccontextmanager
async def socket(url: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A graphql-transport-ws socket that has been let in."""
    async with aiohttp.ClientSession() as session, session.ws_connect(url, protocols=["graphql-transport-ws"]) as made:
        await made.send_json({"type": "connection_init"})
        assert await made.receive_json() == {"type": "connection_ack"}
        yield made


async def messages(made: aiohttp.ClientWebSocketResponse, query: str, name: str = "1") -> list[Any]:
    """What a socket says to an operation, up to its end."""
    await made.send_json({"id": name, "type": "subscribe", "payload": {"query": query}})
    found = [await made.receive_json()]
    while found[-1]["type"] == "next":
        found.append(await made.receive_json())
    return found


@pytest.mark.parametrize("path", ["/graphql", "/"])
async def test_a_websocket_carries_subscriptions_and_queries(path: str) -> None:
    """One socket, several operations; what a query gets the third time is the same as the first."""
    async with gateway(Subgraphs()) as url, socket(url.removesuffix("/graphql") + path) as made:
        subscription = "subscription { reviewed { id product { name } } }"
        *events, last = await messages(made, subscription)
        assert [each["payload"] for each in events] == WHOLE
        assert last == {"id": "1", "type": "complete"}
        for _ in range(4):
            answer, _ = await messages(made, "{ __typename }")
            assert answer["payload"] == {"data": {"__typename": "Query"}}
        (refused,) = await messages(made, "{ nope }")
        assert refused["type"] == "error"
        assert refused["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_a_websocket_that_leaves_closes_the_stream_at_the_subgraph() -> None:
    """Completing an operation, or going away, must not leave a stream behind."""
    for leaving in ("complete", "close"):
        subgraphs = Subgraphs()
        subgraphs.hold = True
        async with gateway(subgraphs) as url, socket(url) as made:
            query = "subscription { reviewed { id } }"
            await made.send_json({"id": "1", "type": "subscribe", "payload": {"query": query}})
            assert (await made.receive_json())["type"] == "next"
            if leaving == "complete":
                await made.send_json({"id": "1", "type": "complete"})
            else:
                await made.close()
            await asyncio.wait_for(subgraphs.ended.wait(), 5)
