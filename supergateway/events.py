"""Subscriptions at a subgraph: graphql-sse in distinct connections mode, one POST a subscription, read as it comes.

Only opening has a deadline: a stream may be quiet for hours.  What is bounded is the size of an event and the number of
streams to one subgraph.  A stream that the subgraph ends is an end; one that breaks off is a last event with an error.
Does not: reconnect (events would be missing), resume by `Last-Event-ID`, or speak WebSocket.
Source: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md; HTML, "Server-sent events", §9.2.6.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import aiohttp
import orjson
from yarl import URL

from channels.protocols.transport import KEEPALIVE_SECONDS
from federation.client import (
    SUBGRAPH_MALFORMED,
    SUBGRAPH_TIMEOUT,
    SUBGRAPH_UNREACHABLE,
    SubgraphRequest,
    SubgraphResponse,
    failed,
    read_response,
)

MAX_EVENT_BYTES = 1 << 20
MAX_STREAMS = 1_000
"""To one subgraph; who comes later waits for a place until the opening deadline."""
EVENTS = "text/event-stream"
_ACCEPT = f"{EVENTS}, application/graphql-response+json;q=0.5, application/json;q=0.5"


class EventTooLarge(Exception):
    """An event beyond MAX_EVENT_BYTES."""


class EventLines:
    """Bytes of a stream to `(event, data)`, in whatever pieces they come."""

    def __init__(self) -> None:
        self._rest = b""
        self._name, self._data = "", list[bytes]()
        self._size = 0

    def feed(self, chunk: bytes) -> list[tuple[str, bytes]]:
        """The events that these bytes complete.  Raises: EventTooLarge."""
        *lines, rest = (self._rest + chunk).split(b"\n")  # nobody ends lines with a bare CR
        self._rest = rest
        found = [event for line in lines if (event := self._line(line.removesuffix(b"\r"))) is not None]
        if self._size + len(rest) > MAX_EVENT_BYTES:
            raise EventTooLarge
        return found

    def _line(self, line: bytes) -> tuple[str, bytes] | None:
        if not line:
            return self._dispatched()
        self._size += len(line)
        if self._size > MAX_EVENT_BYTES:
            raise EventTooLarge
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            self._name = value.decode("utf-8", "replace")
        elif name == b"data":
            self._data.append(value)
        return None

    def _dispatched(self) -> tuple[str, bytes] | None:
        name, data = self._name or "next", b"\n".join(self._data)
        named = bool(self._name or self._data)
        self._name, self._data, self._size = "", [], 0
        return (name, data) if named else None


class EventStreams:
    """The sessions for one subgraph's streams.  Use as an async context manager."""

    def __init__(self, *, connect_seconds: float) -> None:
        self._connect_seconds = connect_seconds
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "EventStreams":
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=MAX_STREAMS, keepalive_timeout=KEEPALIVE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_seconds),
        )
        return self

    async def __aexit__(self, *problem: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def subscribe(
        self, url: str, headers: Mapping[str, str], request: SubgraphRequest, *, deadline: float
    ) -> AsyncGenerator[SubgraphResponse, None]:
        """One response for each event.  `deadline`: loop time by which the stream is open.  Never raises."""
        if self._session is None or self._session.closed:
            yield failed(SUBGRAPH_UNREACHABLE, "The line is closed.")
            return
        body = orjson.dumps({"query": request.operation, "variables": dict(request.variables)})
        asked = self._session.post(
            URL(url, encoded=True),
            data=body,
            headers={**headers, "Accept": _ACCEPT, "Accept-Encoding": "identity"},
            allow_redirects=False,
        )
        try:
            async with asyncio.timeout_at(deadline):
                response = await asked
        except TimeoutError:
            yield failed(SUBGRAPH_TIMEOUT, "No stream in time.")
            return
        except (aiohttp.ClientError, OSError) as problem:
            yield failed(SUBGRAPH_UNREACHABLE, type(problem).__name__)
            return
        try:
            if response.content_type == EVENTS and response.status == 200:
                events = _events(response)
            else:
                events = _instead(response, deadline)
            async with aclosing(events):
                async for event in events:
                    yield event
        finally:
            # Closed, not released: a stream that is left early has no end to be read.
            response.close()


async def _events(response: aiohttp.ClientResponse) -> AsyncGenerator[SubgraphResponse, None]:
    lines = EventLines()
    try:
        async for chunk in response.content.iter_any():
            for name, data in lines.feed(chunk):
                if name == "complete":
                    return
                if name == "next":
                    yield _read(data)
    except EventTooLarge:
        yield failed(SUBGRAPH_MALFORMED, f"An event is larger than {MAX_EVENT_BYTES} bytes.")
    except (aiohttp.ClientError, OSError) as problem:
        yield failed(SUBGRAPH_UNREACHABLE, f"The stream broke off: {type(problem).__name__}.")


async def _instead(response: aiohttp.ClientResponse, deadline: float) -> AsyncGenerator[SubgraphResponse, None]:
    """A subgraph that answers with no stream says why, in one response, or says nothing that can be read."""
    try:
        async with asyncio.timeout_at(deadline):
            body = await response.content.read(MAX_EVENT_BYTES)
            while chunk := await response.content.read(MAX_EVENT_BYTES):
                body += chunk
                if len(body) > MAX_EVENT_BYTES:
                    raise EventTooLarge
        answer: Any = orjson.loads(body)
    except TimeoutError:
        found = failed(SUBGRAPH_TIMEOUT, "No stream in time.")
    except (aiohttp.ClientError, OSError, EventTooLarge):
        found = failed(SUBGRAPH_UNREACHABLE, f"HTTP status {response.status}.")
    except orjson.JSONDecodeError:
        code = SUBGRAPH_UNREACHABLE if response.status >= 300 else SUBGRAPH_MALFORMED
        found = failed(code, f"HTTP status {response.status}, and no stream of events.")
    else:
        found = read_response(answer)
    yield found


def _read(data: bytes) -> SubgraphResponse:
    try:
        return read_response(orjson.loads(data))
    except orjson.JSONDecodeError:
        return failed(SUBGRAPH_MALFORMED, "The event is no JSON.")
