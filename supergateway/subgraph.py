"""One subgraph over HTTP: GraphQL as JSON by POST, on a connection pool of its own; subscriptions on another."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import orjson

from channels.protocols.inflate import TooLarge, Undecodable
from federation.client import (
    SUBGRAPH_MALFORMED,
    SUBGRAPH_TIMEOUT,
    SUBGRAPH_UNREACHABLE,
    Received,
    SubgraphRequest,
    SubgraphResponse,
    failed,
    read_response,
    request_body,
)

from .events import EventStreams
from .pool import Broken, Pool
from .session import Session

CONNECT_SECONDS = 5.0
_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/graphql-response+json, application/json",
    "Accept-Encoding": "gzip, deflate",
}
_AGENT = {"User-Agent": "CityRoam"}
_PLAIN = {**_AGENT, **_HEADERS}
_OURS = frozenset(
    [
        "accept",
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "host",
        "te",
        "transfer-encoding",
        "upgrade",
    ]
)
"""Never forwarded: they speak of the message between client and gateway, which is not the one sent on."""
LINES = ("direct", "aiohttp")
"""How bytes travel: over our own connections, or with aiohttp, which is the reference."""


class HttpSubgraph:
    """Implements federation.client.Wire and EventSource.  Use as an async context manager."""

    def __init__(self, url: str, *, timeout_seconds: float, line: str = "aiohttp") -> None:
        self._url, self._timeout_seconds = url, timeout_seconds
        connect_seconds = min(CONNECT_SECONDS, timeout_seconds)
        self._line: Any = (
            Pool(url, connect_seconds=connect_seconds)
            if line == "direct"
            else Session(url, connect_seconds=connect_seconds)
        )
        self._streams = EventStreams(connect_seconds=connect_seconds)
        self._headers: Mapping[str, str] = _PLAIN
        self._head = self._line.head(_PLAIN)

    def carrying(self, headers: Mapping[str, str]) -> "HttpSubgraph":
        """The same way to the subgraph with a request's own headers; the pool stays shared."""
        bound = HttpSubgraph.__new__(HttpSubgraph)
        bound._url, bound._timeout_seconds = self._url, self._timeout_seconds
        bound._line, bound._streams = self._line, self._streams
        carried = {name: value for name, value in headers.items() if name not in _OURS}
        agent = {} if "user-agent" in carried else _AGENT
        bound._headers = {**agent, **carried, **_HEADERS}
        bound._head = self._line.head(bound._headers)
        return bound

    async def __aenter__(self) -> "HttpSubgraph":
        await self._line.__aenter__()
        await self._streams.__aenter__()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._streams.__aexit__(*problem)
        await self._line.__aexit__(*problem)

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Asks once.  A status other than 200 counts for nothing when the body is a GraphQL response."""
        answer = await self.exchange(request_body(request), self._latest(request))
        return answer if isinstance(answer, SubgraphResponse) else self.read(answer)

    async def exchange(self, body: bytes, deadline: float | None) -> Received | SubgraphResponse:
        """Sends once.  Without a deadline, whoever waits watches the time."""
        try:
            if deadline is None:
                return await self._sent(body)
            async with asyncio.timeout_at(deadline):
                return await self._sent(body)
        except TimeoutError:
            return failed(SUBGRAPH_TIMEOUT, "No complete answer in time.")
        except (TooLarge, Undecodable):
            return failed(SUBGRAPH_MALFORMED, "The answer is too large or not compressed as it says.")
        except (Broken, OSError) as problem:
            return failed(SUBGRAPH_UNREACHABLE, type(problem).__name__)

    async def _sent(self, body: bytes) -> Received:
        status, answer = await self._line.send(self._head, body)
        return Received(answer, status)

    def read(self, received: Received) -> SubgraphResponse:
        """The GraphQL response of an answer, or what it is instead."""
        try:
            answer = orjson.loads(received.body)
        except orjson.JSONDecodeError:
            if received.status >= 300:
                return failed(SUBGRAPH_UNREACHABLE, f"HTTP status {received.status}.")
            return failed(SUBGRAPH_MALFORMED, "The answer is no JSON.")
        return read_response(answer)

    def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        """One response for each event; only opening the stream has a deadline."""
        return self._streams.subscribe(self._url, self._headers, request, deadline=self._latest(request))

    def _latest(self, request: SubgraphRequest) -> float:
        latest = asyncio.get_running_loop().time() + self._timeout_seconds
        return latest if request.deadline is None else min(latest, request.deadline)
