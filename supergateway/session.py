"""HTTP to one subgraph with aiohttp: the reference that `pool` is measured and tested against.

A session of its own: no redirects, no cookies, no proxy, nothing sent twice (a POST never is), a response read under a cap that
also holds for what it inflates to.
"""

from collections.abc import Mapping

import aiohttp
from yarl import URL

from channels.inflate import TooLarge, read_capped
from channels.transport import KEEPALIVE_SECONDS, MAX_RESPONSE_BYTES

from .pool import Broken


class Session:
    """The session for one address.  Use as an async context manager."""

    def __init__(self, url: str, headers: Mapping[str, str], *, connect_seconds: float) -> None:
        self._url, self._headers, self._connect_seconds = URL(url, encoded=True), headers, connect_seconds
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Session":
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_seconds),
        )
        return self

    async def __aexit__(self, *problem: object) -> None:
        if self._session is not None:
            await self._session.close()

    def head(self, headers: Mapping[str, str]) -> Mapping[str, str] | None:
        """What every request with these headers adds to the session's."""
        return None if headers == self._headers else headers

    async def send(self, head: Mapping[str, str] | None, body: bytes) -> tuple[int, bytes]:
        """Posts once: status and body.  No deadline of its own.  Raises: Broken, TooLarge, Undecodable, OSError."""
        if self._session is None or self._session.closed:
            raise Broken("the session is closed")
        try:
            async with self._session.post(self._url, headers=head, data=body, allow_redirects=False) as response:
                return response.status, await _body(response)
        except aiohttp.ConnectionTimeoutError as problem:
            raise TimeoutError from problem
        except aiohttp.ClientError as problem:
            raise Broken(type(problem).__name__) from problem


async def _body(response: aiohttp.ClientResponse) -> bytes:
    length, encoding = response.content_length, response.headers.get("Content-Encoding", "")
    if length is None or encoding:
        return await read_capped(response.content, encoding, MAX_RESPONSE_BYTES)
    if length > MAX_RESPONSE_BYTES:
        raise TooLarge
    return await response.content.read()
