"""HTTP to one subgraph with aiohttp: the reference that `pool` is measured and tested against.

aiohttp's connector (names, TLS, connections that are kept) and its parser, without the session between them: every request
is the same POST but for its body, so its head is written once.  Rules: no redirects, no cookies, no proxy, nothing sent twice,
a response read under a cap that also holds for what it inflates to; a request that is given up closes its connection.
"""

import ssl
from collections.abc import Mapping
from typing import Any

import aiohttp
from aiohttp import hdrs
from aiohttp.http import HttpProcessingError
from yarl import URL

from channels.protocols.inflate import TooLarge, read_capped
from channels.protocols.transport import KEEPALIVE_SECONDS, MAX_RESPONSE_BYTES

from .pool import Broken
from .target import Target

_SWITCHING = 101
_TRIES = 3  # a kept connection may have gone bad; a new one that has will not get better


class Session:
    """The connections to one address.  Use as an async context manager."""

    def __init__(self, url: str, *, connect_seconds: float, tls: ssl.SSLContext | None = None) -> None:
        self._url, self._target, self._tls = URL(url, encoded=True), Target.of(url), tls
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds)
        self._connector: aiohttp.TCPConnector | None = None

    async def __aenter__(self) -> "Session":
        self._connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS, ssl=self._tls or True)
        # Never sent: it tells the connector where to.
        self._where: Any = aiohttp.ClientRequest("POST", self._url.with_user(None))
        return self

    async def __aexit__(self, *problem: object) -> None:
        if self._connector is not None:
            await self._connector.close()

    def head(self, headers: Mapping[str, str]) -> bytes:
        """What every request with these headers begins with."""
        return self._target.head(headers)

    async def send(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        """Posts once: status and body.  No deadline of its own.  Raises: Broken, TooLarge, Undecodable, OSError."""
        if self._connector is None or self._connector.closed:
            raise Broken("the session is closed")
        try:
            connection = await self._connection(self._connector)
            try:
                answer = await _exchanged(connection, b"%s%d\r\n\r\n%s" % (head, len(body), body))
            except BaseException:  # given up or broken: what still comes belongs to nobody
                connection.close()
                raise
            connection.release()
            return answer
        except TimeoutError:  # among aiohttp's errors too
            raise
        except (aiohttp.ClientError, HttpProcessingError, aiohttp.EofStream) as problem:
            raise Broken(type(problem).__name__) from problem

    async def _connection(self, connector: aiohttp.TCPConnector) -> Any:
        """One that nothing came on unasked."""
        for _ in range(_TRIES):
            found: Any = await connector.connect(self._where, [], self._timeout)
            if not found.protocol.should_close:
                return found
            found.close()
        raise Broken("the other side speaks unasked, or closes")


async def _exchanged(connection: Any, request: bytes) -> tuple[int, bytes]:
    """Sends a whole request on a connection and reads the whole answer."""
    protocol = connection.protocol
    protocol.set_response_params(read_until_eof=True, auto_decompress=False, read_bufsize=MAX_RESPONSE_BYTES)
    connection.transport.write(request)
    message, stream = await protocol.read()
    while message.code < 200 and message.code != _SWITCHING:  # an interim response: the real one follows
        message, stream = await protocol.read()
    if message.code == _SWITCHING:
        raise Broken("another protocol")
    return message.code, await _body(message.headers, stream)


async def _body(headers: Mapping[str, str], stream: aiohttp.StreamReader) -> bytes:
    length, encoding = headers.get(hdrs.CONTENT_LENGTH, ""), headers.get(hdrs.CONTENT_ENCODING, "")
    if encoding or not length.isdigit():
        return await read_capped(stream, encoding, MAX_RESPONSE_BYTES)
    if int(length[:19]) > MAX_RESPONSE_BYTES:
        raise TooLarge
    if not stream.is_eof():
        problem = stream.exception()
        if problem is not None:  # it came before anybody waited
            raise problem
        await stream.wait_eof()  # all of it: reading chunk by chunk would wake us for each
    return stream.read_nowait()
