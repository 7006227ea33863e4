"""One subgraph over HTTP: GraphQL as JSON by POST, on a connection pool of its own; subscriptions on another."""

import asyncio
from collections.abc import AsyncGenerator, Mapping

import orjson

from channels.transport import Fault, Transport
from federation.client import (
    SUBGRAPH_MALFORMED,
    SUBGRAPH_TIMEOUT,
    SUBGRAPH_UNREACHABLE,
    SubgraphRequest,
    SubgraphResponse,
    failed,
    read_response,
)

from .events import EventStreams

CONNECT_SECONDS = 5.0
_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/graphql-response+json, application/json",
}
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
_CODES = {"timeout": SUBGRAPH_TIMEOUT, "undecodable": SUBGRAPH_MALFORMED}


class HttpSubgraph:
    """Implements federation.client.SubgraphClient and EventSource.  Use as an async context manager."""

    def __init__(self, url: str, *, timeout_seconds: float) -> None:
        self._url, self._timeout_seconds = url, timeout_seconds
        connect_seconds = min(CONNECT_SECONDS, timeout_seconds)
        self._transport = Transport(connect_seconds=connect_seconds)
        self._streams = EventStreams(connect_seconds=connect_seconds)
        self._headers: Mapping[str, str] = _HEADERS

    def carrying(self, headers: Mapping[str, str]) -> "HttpSubgraph":
        """The same way to the subgraph with a request's own headers; the pool stays shared."""
        bound = HttpSubgraph.__new__(HttpSubgraph)
        bound._url, bound._timeout_seconds = self._url, self._timeout_seconds
        bound._transport, bound._streams = self._transport, self._streams
        bound._headers = {**{name: value for name, value in headers.items() if name not in _OURS}, **_HEADERS}
        return bound

    async def __aenter__(self) -> "HttpSubgraph":
        await self._transport.__aenter__()
        await self._streams.__aenter__()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._streams.__aexit__(*problem)
        await self._transport.__aexit__(*problem)

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Asks once.  A status other than 200 counts for nothing when the body is a GraphQL response."""
        deadline = self._latest(request)
        body = orjson.dumps({"query": request.operation, "variables": dict(request.variables)})
        reply = await self._transport.send("POST", self._url, self._headers, body, deadline=deadline)
        if isinstance(reply, Fault):
            return failed(_CODES.get(reply.kind, SUBGRAPH_UNREACHABLE), reply.detail)
        try:
            answer = orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            if reply.status >= 300:
                return failed(SUBGRAPH_UNREACHABLE, f"HTTP status {reply.status}.")
            return failed(SUBGRAPH_MALFORMED, "The answer is no JSON.")
        return read_response(answer)

    def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        """One response for each event; only opening the stream has a deadline."""
        return self._streams.subscribe(self._url, self._headers, request, deadline=self._latest(request))

    def _latest(self, request: SubgraphRequest) -> float:
        latest = asyncio.get_running_loop().time() + self._timeout_seconds
        return latest if request.deadline is None else min(latest, request.deadline)
