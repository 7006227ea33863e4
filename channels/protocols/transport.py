"""Bytes to one backend and back: one aiohttp session that no other backend shares.

Redirects are not followed, cookies are not kept, the proxy settings of the machine are not read, a body is read in chunks
under a cap that also holds for what it inflates to.  What goes wrong is a Fault, which says whether the request may have
left: the difference between "not done" and "nobody knows".
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import aiohttp
from yarl import URL

from channels.protocols.inflate import TooLarge, Undecodable, read_capped
from channels.protocols.reply import Fault as Fault
from channels.protocols.reply import FaultKind as FaultKind
from channels.protocols.reply import Reply as Reply
from channels.protocols.trace import Exchange, Listener, Mark, told_of

MAX_RESPONSE_BYTES: Final = 8 * 1024 * 1024
KEEPALIVE_SECONDS: Final = 4.0  # below uvicorn's 5: a connection the city is about to close is not used again
_HEADERS = {"User-Agent": "CityRoam", "Accept-Encoding": "gzip, deflate", "Accept": "*/*"}


class Transport:
    """The session of one backend.  Use as an async context manager."""

    def __init__(
        self,
        *,
        connect_seconds: float,
        tls: ssl.SSLContext | None = None,
        max_bytes: int = MAX_RESPONSE_BYTES,
        listener: Listener | None = None,
    ) -> None:
        self._tls, self._max_bytes, self._listener = tls, max_bytes, listener
        self._mark = Mark()
        if tls is not None and listener is not None:
            told_of(tls, self._shook_hands)
        self._session: aiohttp.ClientSession | None = None
        self._connecting = aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds)

    async def __aenter__(self) -> Transport:
        connector = aiohttp.TCPConnector(limit=0, ssl=self._tls or True, keepalive_timeout=KEEPALIVE_SECONDS)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=_HEADERS,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None),
            trace_configs=[_trace()],
            middlewares=(_send_once,),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        deadline: float,
        connect: float | None = None,
    ) -> Reply | Fault:
        """Send once.  `deadline` is loop time and covers connecting, sending and reading the whole body."""
        if self._listener is None:
            return await self._sent(method, url, headers, body, Mark(), deadline=deadline, connect=connect)
        now = asyncio.get_running_loop().time
        self._mark = mark = Mark(began_at=now())
        result = await self._sent(method, url, headers, body, mark, deadline=deadline, connect=connect)
        self._listener(Exchange(method, url, dict(headers), body, result, now(), mark))
        return result

    async def _sent(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        mark: Mark,
        *,
        deadline: float,
        connect: float | None,
    ) -> Reply | Fault:
        if self._session is None or self._session.closed:
            return Fault("connect", False, "the line is closed")
        try:
            async with asyncio.timeout_at(deadline):
                return await self._exchange(self._session, method, url, headers, body, connect, mark)
        except aiohttp.ConnectionTimeoutError:
            return Fault("timeout", mark.sent, "no connection within the connect timeout")
        except TimeoutError:
            return Fault("timeout", mark.sent, "no complete answer in time" if mark.sent else "no connection in time")
        except aiohttp.ClientConnectorError as error:
            return Fault("connect", mark.sent, f"connect: {_reason(error)}")
        except TooLarge:
            return Fault("undecodable", True, f"the answer is larger than {self._max_bytes} bytes")
        except Undecodable as error:
            return Fault("undecodable", True, str(error))
        except _Dropped as error:
            return Fault("broken", mark.sent, f"the connection broke: {error}")
        except (aiohttp.ClientError, OSError) as error:
            return Fault("broken", mark.sent, f"the connection broke: {type(error).__name__}")

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        connect: float | None,
        mark: Mark,
    ) -> Reply:
        try:
            async with session.request(
                method,
                _url(url),
                headers=headers,
                data=body or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect) if connect else self._connecting,
                trace_request_ctx=mark,
            ) as response:
                mark.headers_at = asyncio.get_running_loop().time()
                encoding = response.headers.get("Content-Encoding", "")
                data = await read_capped(response.content, encoding, self._max_bytes)
                return Reply(response.status, {key.lower(): value for key, value in response.headers.items()}, data)
        except Exception as error:
            mark.error = error
            raise

    def _shook_hands(self, protocol: str, cipher: str) -> None:
        self._mark.tls = (protocol, cipher)


@lru_cache(maxsize=256)
def _url(text: str) -> URL:
    return URL(text, encoded=True)


class _Dropped(aiohttp.ClientError):
    """The connection was lost after it had been made."""


async def _send_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    # aiohttp resends idempotent methods, PUT and DELETE too, when a kept connection drops; it does so for these two errors
    # only.  Whether to ask twice is decided in `line`, and never for a write.
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _Dropped(type(error).__name__) from error


def _trace() -> aiohttp.TraceConfig:
    trace = aiohttp.TraceConfig()

    async def headers_sent(session: Any, context: Any, params: Any) -> None:
        context.trace_request_ctx.sent = True

    async def connecting(session: Any, context: Any, params: Any) -> None:
        context.trace_request_ctx.connecting_at = asyncio.get_running_loop().time()

    async def connected(session: Any, context: Any, params: Any) -> None:
        context.trace_request_ctx.connected_at = asyncio.get_running_loop().time()

    async def reused(session: Any, context: Any, params: Any) -> None:
        context.trace_request_ctx.reused = True

    trace.on_request_headers_sent.append(headers_sent)
    trace.on_connection_create_start.append(connecting)
    trace.on_connection_create_end.append(connected)
    trace.on_connection_reuseconn.append(reused)
    return trace


def _reason(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "the name does not resolve"
    if isinstance(error, aiohttp.ClientSSLError):
        return "TLS was refused"
    # The system's own words would repeat the address.
    return os.strerror(error.os_error.errno) if error.os_error.errno else type(error.os_error).__name__
