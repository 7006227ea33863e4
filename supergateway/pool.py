"""HTTP/1.1 to one subgraph without a client library: connections that are kept, a parser in C, and nothing in between.

Rules as for `channels.protocols.transport`, its reference: redirects are not followed, nothing is sent twice, no cookies, no proxy, a
response is read under a cap that also holds for what it inflates to; a request that is given up closes its connection.
What goes wrong is a `Broken`.
Does not: HTTP/2, pipelining (a connection carries one request at a time), trailers, upgrades.
"""

import asyncio
import ssl
import zlib
from collections import deque
from collections.abc import Callable, Mapping

import httptools

from channels.protocols.inflate import TooLarge, Undecodable
from channels.protocols.transport import KEEPALIVE_SECONDS, MAX_RESPONSE_BYTES

from .target import Target

MAX_HEAD_BYTES = 64 * 1024
MAX_IDLE = 512
_BODYLESS = frozenset((204, 304))
_INFLATED = frozenset(("gzip", "x-gzip", "deflate"))


class Broken(Exception):
    """No answer: the connection broke, or what came is no HTTP."""


class Connection(asyncio.Protocol):
    """One connection: at most one request under way."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[tuple[int, bytes]] | None = None
        self.idle_since = 0.0
        self._begin()

    def _begin(self) -> None:
        self._chunks: list[bytes] = []
        self._size = self._head = 0
        self._encoding, self._status = b"", 0
        self._framed = self._in_body = False

    @property
    def usable(self) -> bool:
        """Whether another request may be sent."""
        return self._transport is not None and not self._transport.is_closing() and self._waiter is None

    def send(self, request: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        """Sends a whole request; the future holds status and body, or raises Broken, TooLarge or Undecodable."""
        waiter = self._waiter = self._loop.create_future()
        if self._transport is None or self._transport.is_closing():
            self._fail(Broken("closed"))
        else:
            self._transport.write(request)
        return waiter

    def close(self) -> None:
        """Gives the connection up, and whatever is under way."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:  # nobody asked
            self.close()
            return
        if not self._in_body:
            self._head += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as problem:
            self._fail(Broken(type(problem).__name__))
            return
        if not self._in_body and self._waiter is not None and self._head > MAX_HEAD_BYTES:
            self._fail(Broken("head too large"))

    def connection_lost(self, exc: Exception | None) -> None:
        # RFC 9112 §6.3: without a length the body ends with the connection.
        if self._in_body and not self._framed and exc is None:
            self._finish()
        self._fail(Broken("closed by the other side"))

    def on_message_begin(self) -> None:
        if self._waiter is None:  # a second response to one request
            self.close()
        self._begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        lower = name.lower()
        if lower == b"content-encoding":
            self._encoding = value
        elif lower == b"content-length":
            self._framed = True
            if value.isdigit() and int(value[:19]) > MAX_RESPONSE_BYTES:
                self._fail(TooLarge())
        elif lower == b"transfer-encoding":
            self._framed = True

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        self._framed = self._framed or self._status in _BODYLESS
        self._in_body = True

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > MAX_RESPONSE_BYTES:
            self._fail(TooLarge())
        elif self._waiter is not None:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        if self._status < 200:  # an interim response: the real one follows
            self._in_body = False
            return
        self._finish()

    def _finish(self) -> None:
        waiter, chunks, status = self._waiter, self._chunks, self._status
        if waiter is None:
            return
        body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        if self._encoding:
            try:
                body = _inflated(body, self._encoding)
            except (TooLarge, Undecodable) as problem:
                self._fail(problem)
                return
        self._waiter, self._chunks, self._in_body = None, [], False
        if not self._parser.should_keep_alive():
            self.close()
        if not waiter.done():
            waiter.set_result((status, body))

    def _fail(self, problem: Exception) -> None:
        waiter, self._waiter, self._chunks = self._waiter, None, []
        self.close()
        if waiter is not None and not waiter.done():
            waiter.set_exception(problem)


class Pool:
    """The connections to one address.  Use as an async context manager."""

    def __init__(self, url: str, *, connect_seconds: float, tls: ssl.SSLContext | None = None) -> None:
        self._target = Target.of(url)
        self._tls = (tls or ssl.create_default_context()) if self._target.secure else None
        self._connect_seconds = connect_seconds
        self.idle: deque[Connection] = deque()
        self._busy: set[Connection] = set()
        self._closed = True

    async def __aenter__(self) -> "Pool":
        self._closed = False
        self._time: Callable[[], float] = asyncio.get_running_loop().time
        return self

    async def __aexit__(self, *problem: object) -> None:
        self._closed = True
        for each in (*self.idle, *self._busy):
            each.close()
        self.idle.clear()

    def head(self, headers: Mapping[str, str]) -> bytes:
        """What every request with these headers begins with."""
        return self._target.head(headers)

    async def send(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        """Posts once: status and body.  No deadline of its own.  Raises: Broken, TooLarge, Undecodable, OSError."""
        request = b"%s%d\r\n\r\n%s" % (head, len(body), body)
        connection = self._kept() or await self._connect()
        self._busy.add(connection)
        try:
            answer = await connection.send(request)
        except BaseException:  # given up or broken: what still comes belongs to nobody
            connection.close()
            raise
        finally:
            self._busy.discard(connection)
        if connection.usable and len(self.idle) < MAX_IDLE and not self._closed:
            connection.idle_since = self._time()
            self.idle.append(connection)
            if self._time() - self.idle[0].idle_since >= KEEPALIVE_SECONDS:
                self.idle.popleft().close()  # the ones used least would never be looked at
        else:
            connection.close()
        return answer

    def _kept(self) -> Connection | None:
        """The connection used last, unless the other side may be about to close it."""
        while self.idle:
            found = self.idle.pop()
            if found.usable and self._time() - found.idle_since < KEEPALIVE_SECONDS:
                return found
            found.close()
        return None

    async def _connect(self) -> Connection:
        if self._closed:
            raise Broken("the pool is closed")
        loop = asyncio.get_running_loop()
        name = self._target.host if self._tls is not None else None
        async with asyncio.timeout(self._connect_seconds):
            _, connection = await loop.create_connection(
                Connection, self._target.host, self._target.port, ssl=self._tls, server_hostname=name
            )
        return connection


def _inflated(body: bytes, encoding: bytes) -> bytes:
    name = encoding.decode("latin-1").strip().lower()
    if name == "identity":
        return body
    if name not in _INFLATED:
        raise Undecodable(f"content encoding {name[:20]!r} was not asked for")
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)  # zlib's own switch for "gzip or zlib, by its header"
    try:
        plain = inflater.decompress(body, MAX_RESPONSE_BYTES + 1)
    except zlib.error as error:
        raise Undecodable("the body is not compressed as its header says") from error
    if len(plain) > MAX_RESPONSE_BYTES:
        raise TooLarge
    if body and not inflater.eof:
        raise Undecodable("the compressed body ends early")
    return plain
