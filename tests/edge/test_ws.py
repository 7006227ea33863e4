"""graphql-transport-ws: the same limits, the same authentication, the close codes of the protocol."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from edge import Limits
from tests.edge.conftest import Serve
from tests.edge.town import Gateway

PROTOCOL = "graphql-transport-ws"
Socket = aiohttp.ClientWebSocketResponse


async def opened(client: aiohttp.ClientSession, base: str, **options: Any) -> Socket:
    return await client.ws_connect(f"{base}/graphql", protocols=[PROTOCOL], **options)


async def ready(client: aiohttp.ClientSession, base: str, payload: Any = None) -> Socket:
    socket = await opened(client, base)
    await socket.send_json({"type": "connection_init"} | ({"payload": payload} if payload is not None else {}))
    assert await socket.receive_json() == {"type": "connection_ack"}
    return socket


async def run(socket: Socket, query: Any, name: str = "1") -> None:
    await socket.send_json({"id": name, "type": "subscribe", "payload": {"query": query}})


async def closed(socket: Socket) -> int | None:
    message = await asyncio.wait_for(socket.receive(), 5)
    assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED), message
    return socket.close_code


async def test_a_subscription_streams_in_text_frames(serve: Serve, client: aiohttp.ClientSession) -> None:
    socket = await ready(client, await serve())
    await run(socket, "subscription { count }")
    frames = [await socket.receive() for _ in range(4)]
    assert {frame.type for frame in frames} == {aiohttp.WSMsgType.TEXT}
    messages = [json.loads(frame.data) for frame in frames]
    assert [message["type"] for message in messages] == ["next", "next", "next", "complete"]
    assert messages[2]["payload"]["data"] == {"count": 3}
    assert messages[0]["payload"]["extensions"]["roam"] == {"config": "cfg-1", "schema": "s-1"}


async def test_a_query_with_partial_errors(serve: Serve, client: aiohttp.ClientSession) -> None:
    socket = await ready(client, await serve())
    await run(socket, "{ me { refused } beside }")
    message = await socket.receive_json()
    assert message["payload"]["data"] == {"me": {"refused": None}, "beside": 1}
    assert [each["extensions"]["code"] for each in message["payload"]["errors"]] == [
        "BACKEND_REJECTED",
        "BACKEND_TIMEOUT",
    ]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{" + "a:beside " * 5_000 + "}", "QUERY_REJECTED"),
        ("query($a: Int!) { add(a: $a) }", "INVALID_INPUT"),
    ],
)
async def test_the_limits_hold_and_the_socket_lives_on(
    serve: Serve, client: aiohttp.ClientSession, query: str, code: str
) -> None:
    socket = await ready(client, await serve())
    await run(socket, query)
    message = await socket.receive_json()
    assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", code)
    await run(socket, "{ beside }")
    assert (await socket.receive_json())["type"] == "next"


@pytest.mark.parametrize("name", ["authorization", "Authorization"])
async def test_the_token_may_come_in_the_connection_params(
    serve: Serve, client: aiohttp.ClientSession, gateway: Gateway, name: str
) -> None:
    socket = await ready(client, await serve(), {name: "Bearer good"})
    await run(socket, "{ beside }")
    assert (await socket.receive_json())["type"] == "next"
    assert {credentials.authorization for credentials in gateway.seen} == {"Bearer good"}


async def test_a_bad_token_closes_4403_by_params_and_by_header(serve: Serve, client: aiohttp.ClientSession) -> None:
    base = await serve()
    socket = await opened(client, base)
    await socket.send_json({"type": "connection_init", "payload": {"authorization": "Bearer bad"}})
    assert await closed(socket) == 4403
    socket = await opened(client, base, headers={"authorization": "Bearer bad"})
    await socket.send_json({"type": "connection_init"})
    assert await closed(socket) == 4403


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([{"id": "1", "type": "subscribe", "payload": {"query": "{ beside }"}}], 4401),
        ([{"type": "connection_init"}, {"type": "connection_init"}], 4429),
        ([{"type": "connection_init"}, "nope"], 4400),
        ([{"type": "connection_init"}, "[" * 50_000], 4400),
        ([{"type": "connection_init"}, [1]], 4400),
        ([{"type": "connection_init"}, {"type": 7}], 4400),
        ([{"type": "connection_init"}, {"type": "shake"}], 4400),
        ([{"type": "connection_init", "payload": 7}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "payload": {"query": "{ beside }"}}], 4400),
        ([{"type": "connection_init"}, {"id": 7, "type": "subscribe", "payload": {"query": "{ beside }"}}], 4400),
        ([{"type": "connection_init"}, {"id": "1", "type": "subscribe", "payload": 7}], 4400),
        ([{"type": "connection_init"}, {"id": "1", "type": "subscribe", "payload": {"query": 7}}], 4400),
        (
            [
                {"type": "connection_init"},
                {"id": "1", "type": "subscribe", "payload": {"query": "{a}", "variables": []}},
            ],
            4400,
        ),
        ([{"type": "connection_init"}, "x" * 300_000], 1009),
    ],
    ids=lambda value: str(value)[-60:],
)
async def test_close_codes(serve: Serve, client: aiohttp.ClientSession, messages: list[Any], code: int) -> None:
    socket = await opened(client, await serve())
    for message in messages:
        await socket.send_str(message if isinstance(message, str) else json.dumps(message))
    while True:
        frame = await asyncio.wait_for(socket.receive(), 5)
        if frame.type is not aiohttp.WSMsgType.TEXT:
            break
        assert json.loads(frame.data) == {"type": "connection_ack"}
    assert socket.close_code == code


async def test_a_second_operation_under_a_live_id_closes_4409(
    serve: Serve, client: aiohttp.ClientSession, gateway: Gateway
) -> None:
    socket = await ready(client, await serve())
    await run(socket, "subscription { forever }")
    await socket.receive_json()
    await run(socket, "{ beside }")
    while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
        pass
    assert socket.close_code == 4409
    await asyncio.wait_for(gateway.ended.wait(), 5)


async def test_a_silent_socket_closes_4408(serve: Serve, client: aiohttp.ClientSession) -> None:
    socket = await opened(client, await serve(limits=Limits(socket_init_seconds=0.01)))
    assert await closed(socket) == 4408


async def test_complete_ends_the_subscription(serve: Serve, client: aiohttp.ClientSession, gateway: Gateway) -> None:
    socket = await ready(client, await serve())
    await run(socket, "subscription { forever }")
    await socket.receive_json()
    await socket.send_json({"id": "1", "type": "complete"})
    await asyncio.wait_for(gateway.ended.wait(), 5)


async def test_hanging_up_ends_the_subscription(serve: Serve, client: aiohttp.ClientSession, gateway: Gateway) -> None:
    socket = await ready(client, await serve())
    await run(socket, "subscription { forever }")
    await socket.receive_json()
    await socket.close()
    await asyncio.wait_for(gateway.ended.wait(), 5)


async def test_a_mutation_that_has_begun_ends_though_its_client_hangs_up(
    serve: Serve, client: aiohttp.ClientSession, gateway: Gateway
) -> None:
    """Cancelled between the city's call and our note of it, a payment would have an unknown outcome."""
    socket = await ready(client, await serve())
    await run(socket, "mutation { slow }")
    await asyncio.wait_for(gateway.begun.wait(), 5)
    await socket.close()
    gateway.go.set()
    await asyncio.wait_for(gateway.ended.wait(), 5)
    assert gateway.calls == ["slow begun", "slow done"]


async def test_live_operations_of_one_socket_are_bounded(serve: Serve, client: aiohttp.ClientSession) -> None:
    socket = await ready(client, await serve(limits=Limits(max_operations_per_socket=2)))
    for name in ("1", "2", "3"):
        await run(socket, "subscription { silent }", name)
    message = await socket.receive_json()
    assert (message["id"], message["type"]) == ("3", "error")
    assert message["payload"][0]["extensions"]["code"] == "QUERY_REJECTED"


async def test_an_unknown_subprotocol_is_refused(serve: Serve, client: aiohttp.ClientSession) -> None:
    base = await serve()
    socket = await client.ws_connect(f"{base}/graphql", protocols=["graphql-ws"])
    assert await closed(socket) == 4406


async def test_a_page_of_another_origin_is_refused_unless_allowed(serve: Serve, client: aiohttp.ClientSession) -> None:
    base = await serve()
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await opened(client, base, headers={"origin": "http://elsewhere.example"})
    assert caught.value.status == 403
    await opened(client, base, headers={"origin": base})
    allowed = await serve(limits=Limits(allowed_origins=("http://elsewhere.example",)))
    await opened(client, allowed, headers={"origin": "http://elsewhere.example"})
