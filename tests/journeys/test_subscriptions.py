"""What changes by itself, over graphql-transport-ws and SSE, on the real stack."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from sandbox.up import Stack
from tests.client import FrontEnd, new_key

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 10

AVAILABILITY = "subscription A { channelAvailability(cities: [CHENGDU, DEYANG]) { slug availability } }"
PROGRESS = "subscription P($id: ID!) { applicationProgress(id: $id) { id state steps { state } } }"
NOTICES = "subscription N { noticePublished(cities: [CHENGDU, MIANYANG]) { id title } }"
SUBMIT = """
mutation Submit($form: JSON!, $key: IdempotencyKey!) {
  submitApplication(input: {city: DEYANG, serviceCode: "HOTLINE-12345", form: $form, idempotencyKey: $key}) {
    application { id state } userErrors { code }
  }
}
"""


@pytest.fixture(scope="module")
def attentive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A sandbox whose Deyang is asked every second how a case stands."""
    home = tmp_path_factory.mktemp("attentive")
    root = home / "cities"
    shutil.copytree(ROOT / "cities", root)
    channel = root / "deyang" / "channel.yaml"
    text = channel.read_text("utf-8")
    assert "poll: {every: 30s" in text
    channel.write_text(text.replace("poll: {every: 30s", "poll: {every: 1s"), "utf-8")
    with Stack.start(root, home / "sandbox") as running:
        yield running


class Socket:
    """A front-end's WebSocket, initialised."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def subscribe(self, query: str, name: str = "1", **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        await self.send({"id": name, "type": "subscribe", "payload": payload})

    async def send(self, message: dict[str, Any]) -> None:
        await self._connection.send(json.dumps(message))

    async def message(self) -> Any:
        async with asyncio.timeout(SECONDS):
            return json.loads(await self._connection.recv())

    async def event(self) -> Any:
        """The data of the next event, which must have no errors."""
        message = await self.message()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]


@asynccontextmanager
async def opened(base: str, token: str | None = None) -> AsyncIterator[Socket]:
    url = f"{base.replace('http', 'ws', 1)}/graphql"
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as connection:
        socket = Socket(connection)
        payload = {"Authorization": f"Bearer {token}"} if token else {}
        await socket.send({"type": "connection_init", "payload": payload})
        assert await socket.message() == {"type": "connection_ack"}
        yield socket


async def test_availability_gives_an_event_for_each_city_at_once(stack: Stack) -> None:
    """A status page shows something the moment it opens."""
    async with opened(stack.gateway_url) as socket:
        await socket.subscribe(AVAILABILITY)
        told = [(await socket.event())["channelAvailability"] for _ in range(2)]
    assert [city["slug"] for city in told] == ["chengdu", "deyang"]
    assert {city["availability"] for city in told} <= {"UP", "DEGRADED", "DOWN", "UNKNOWN"}


async def test_availability_comes_over_sse_as_well(stack: Stack) -> None:
    """The same stream where a firewall lets no WebSocket through."""
    timeout, accept = aiohttp.ClientTimeout(total=SECONDS), {"accept": "text/event-stream"}
    async with (
        aiohttp.ClientSession(timeout=timeout) as client,
        client.post(f"{stack.gateway_url}/graphql", json={"query": AVAILABILITY}, headers=accept) as response,
    ):
        assert response.content_type == "text/event-stream"
        lines = [line async for line in first_lines(response, b"data:", 2)]
    told = [json.loads(line.removeprefix(b"data:"))["data"]["channelAvailability"]["slug"] for line in lines]
    assert told == ["chengdu", "deyang"]


async def first_lines(response: aiohttp.ClientResponse, prefix: bytes, count: int) -> AsyncIterator[bytes]:
    async for line in response.content:
        if line.startswith(prefix) and count:
            yield line
            count -= 1
        if not count:
            return


async def test_the_progress_of_a_case_is_told_from_its_first_state_on(attentive: Stack) -> None:
    """chen has reported a fallen tree in Deyang, and need not look again and again."""
    front = FrontEnd(attentive.gateway_url, attentive.token("chen"))
    form = {"title": "路灯不亮", "content": "旌阳区路口路灯不亮", "address": "德阳市旌阳区"}
    filed = front.ask(SUBMIT, form=form, key=new_key("progress")).whole()["submitApplication"]
    assert filed["userErrors"] == []
    case = filed["application"]["id"]
    async with opened(attentive.gateway_url, front.token) as socket:
        await socket.subscribe(PROGRESS, id=case)
        first = (await socket.event())["applicationProgress"]
        then = (await socket.event())["applicationProgress"]
    assert (first["id"], then["id"]) == (case, case)
    assert first["state"] == "SUBMITTED"
    assert then["state"] != first["state"]
    assert len(then["steps"]) > len(first["steps"])


async def test_the_progress_of_somebody_elses_case_is_not_told(attentive: Stack) -> None:
    """An id is not a right."""
    chen = FrontEnd(attentive.gateway_url, attentive.token("chen"))
    form = {"title": "井盖缺失", "content": "旌阳区路口井盖缺失", "address": "德阳市旌阳区"}
    case = chen.ask(SUBMIT, form=form, key=new_key("theirs")).whole()["submitApplication"]["application"]["id"]
    async with opened(attentive.gateway_url, attentive.token("deng")) as socket:
        await socket.subscribe(PROGRESS, id=case)
        message = await socket.message()
    errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
    assert [error["extensions"]["code"] for error in errors] == ["NOT_FOUND"]


async def test_new_notices_are_waited_for_beside_other_questions(stack: Stack) -> None:
    """What was there before is no news: the stream is silent, open, and in nobody's way."""
    async with opened(stack.gateway_url) as socket:
        await socket.subscribe(NOTICES, "news")
        await socket.subscribe("{ gateway { version } }", "query")
        assert (await socket.message())["id"] == "query"
        assert (await socket.message()) == {"id": "query", "type": "complete"}
        await socket.send({"type": "ping"})
        assert (await socket.message())["type"] == "pong"


async def test_a_subscription_that_does_not_fit_the_graph_is_refused(stack: Stack) -> None:
    """The mistake is told; the socket stays."""
    async with opened(stack.gateway_url) as socket:
        await socket.subscribe("subscription { noticePublished(cities: [CHONGQING]) { id } }")
        message = await socket.message()
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "INVALID_INPUT")
        await socket.subscribe("subscription { nothing }", "2")
        assert (await socket.message())["type"] == "error"


async def test_nobody_may_follow_a_case(stack: Stack) -> None:
    """The field's assurance holds for streams too."""
    async with opened(stack.gateway_url) as socket:
        await socket.subscribe(PROGRESS, id="x")
        message = await socket.message()
    assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "UNAUTHENTICATED")


async def test_a_bad_token_opens_no_socket(stack: Stack) -> None:
    """Refused at the door with the protocol's own code, and never quietly nobody."""
    with pytest.raises(ConnectionClosed) as refused:
        async with opened(stack.gateway_url, "nonsense"):
            pass
    assert refused.value.rcvd is not None
    assert refused.value.rcvd.code == 4403
