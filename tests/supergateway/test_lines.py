"""Both ways to a subgraph, our own connections and aiohttp's, meet the same servers and faults: raw bytes on loopback."""

import asyncio
import gzip
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from channels.protocols.transport import MAX_RESPONSE_BYTES
from federation.client import (
    SUBGRAPH_MALFORMED,
    SUBGRAPH_TIMEOUT,
    SUBGRAPH_UNREACHABLE,
    SubgraphRequest,
    SubgraphResponse,
)
from supergateway.pool import Broken, Pool
from supergateway.session import Session
from supergateway.subgraph import LINES, HttpSubgraph
from supergateway.target import written_headers

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
BODY = b'{"data":{"a":1}}'
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ASKED = SubgraphRequest("{ a }", {"v": "城"}, "query", None)


@asynccontextmanager
async def server(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server of one handler, called for each connection."""
    writers: list[asyncio.StreamWriter] = []

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(served, "127.0.0.1", 0, ssl=tls)
    scheme = "https" if tls else "http"
    try:
        yield f"{scheme}://127.0.0.1:{listening.sockets[0].getsockname()[1]}/graphql?a=b"
    finally:
        listening.close()
        for each in writers:
            each.close()


async def asked(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The head and body of one request."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    return head, await reader.readexactly(length)


def saying(*answers: bytes, close: bool = False) -> Handler:
    """Answers each request of a connection with the same bytes, piece by piece."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await asked(reader)
            for each in answers:
                writer.write(each)
                await writer.drain()
            if close:
                return

    return handler


async def fetch(url: str, line: str, *, times: int = 1, timeout_seconds: float = 5.0) -> list[SubgraphResponse]:
    async with HttpSubgraph(url, timeout_seconds=timeout_seconds, line=line) as subgraph:
        return [await subgraph.fetch(ASKED) for _ in range(times)]


def framed(body: bytes, more: bytes = b"") -> bytes:
    return OK + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunked(body: bytes) -> bytes:
    pieces = b"".join(b"%x\r\n%s\r\n" % (1, body[at : at + 1]) for at in range(len(body)))
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + pieces + b"0\r\n\r\n"


GOOD = {
    "a length": (framed(BODY),),
    "chunks": (chunked(BODY),),
    "byte for byte": tuple(bytes([each]) for each in framed(BODY)),
    "gzip": (framed(gzip.compress(BODY), b"Content-Encoding: gzip\r\n"),),
    "an interim response": (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", framed(BODY)),
    "a status of 500 with a GraphQL body": (framed(BODY).replace(b"200 OK", b"500 Oops"),),
    "HTTP/1.0": (framed(BODY, b"Connection: close\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"),),
}


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("name", GOOD)
async def test_an_answer_is_read_however_it_is_framed(name: str, line: str) -> None:
    """Servers differ; the second request may travel on the first one's connection."""
    async with server(saying(*GOOD[name], close=name == "HTTP/1.0")) as url:
        for answer in await fetch(url, line, times=2):
            assert (answer.data, answer.errors) == ({"a": 1}, ())


@pytest.mark.parametrize("line", LINES)
async def test_a_body_without_length_ends_with_its_connection(line: str) -> None:
    """RFC 9112 §6.3, the last case."""
    async with server(saying(OK + b"\r\n" + BODY, close=True)) as url:
        for answer in await fetch(url, line, times=2):
            assert answer.data == {"a": 1}


BOMB = gzip.compress(b" " * (MAX_RESPONSE_BYTES + 2))
BAD = {
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", SUBGRAPH_UNREACHABLE),
    "half a head": (OK, SUBGRAPH_UNREACHABLE),
    "half a body": (framed(BODY)[:-3], SUBGRAPH_UNREACHABLE),
    "half a chunk": (chunked(BODY)[:-9], SUBGRAPH_UNREACHABLE),
    "nothing": (b"", SUBGRAPH_UNREACHABLE),
    "an error page": (b"HTTP/1.1 502 Bad\r\nContent-Length: 6\r\n\r\n<html>", SUBGRAPH_UNREACHABLE),
    "a redirect": (b"HTTP/1.1 307 T\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", SUBGRAPH_UNREACHABLE),
    "no content": (b"HTTP/1.1 204 No\r\n\r\n", SUBGRAPH_MALFORMED),
    "no JSON": (framed(b"hello"), SUBGRAPH_MALFORMED),
    "a body that is too large": (OK + b"Content-Length: %d\r\n\r\n" % (MAX_RESPONSE_BYTES + 1), SUBGRAPH_MALFORMED),
    "a bomb": (framed(BOMB, b"Content-Encoding: gzip\r\n"), SUBGRAPH_MALFORMED),
    "an encoding nobody asked for": (framed(BODY, b"Content-Encoding: br\r\n"), SUBGRAPH_MALFORMED),
    "gzip that is none": (framed(BODY, b"Content-Encoding: gzip\r\n"), SUBGRAPH_MALFORMED),
    "a head without end": (OK + b"X: " + b"x" * 300_000, SUBGRAPH_UNREACHABLE),
}


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("name", BAD)
async def test_a_fault_is_a_coded_response(name: str, line: str) -> None:
    """Never an exception, and nothing of the address in the words."""
    said, code = BAD[name]
    async with server(saying(said, close=True)) as url:
        (answer,) = await fetch(url, line)
    assert answer.data is None
    assert [each.code for each in answer.errors] == [code]
    assert "127.0.0.1" not in answer.errors[0].message


@pytest.mark.parametrize("line", LINES)
async def test_a_stream_of_more_than_the_cap_is_cut_off(line: str) -> None:
    """Without a declared length the bytes are counted."""
    piece = b"%x\r\n%s\r\n" % (1 << 20, b" " * (1 << 20))
    async with server(saying(OK + b"Transfer-Encoding: chunked\r\n\r\n", *[piece] * 9)) as url:
        (answer,) = await fetch(url, line)
    assert answer.errors[0].code == SUBGRAPH_MALFORMED


@pytest.mark.parametrize("line", LINES)
async def test_nobody_listening_is_unreachable(line: str) -> None:
    """The port was free a moment ago."""
    async with server(saying(b"")) as url:
        pass
    (answer,) = await fetch(url, line)
    assert answer.errors[0].code == SUBGRAPH_UNREACHABLE


@pytest.mark.parametrize("line", LINES)
async def test_an_answer_that_comes_too_late_belongs_to_nobody(line: str) -> None:
    """A request that is given up takes its connection along: the next never reads its predecessor's answer."""
    late, seen = asyncio.Event(), list[int]()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(1)
        if len(seen) == 1:
            await asked(reader)
            await late.wait()
            writer.write(framed(b'{"data":{"a":"late"}}'))
            return
        await saying(framed(BODY))(reader, writer)

    async with server(handler) as url, HttpSubgraph(url, timeout_seconds=0.1, line=line) as subgraph:
        first = await subgraph.fetch(ASKED)
        late.set()
        second = await subgraph.fetch(ASKED)
    assert first.errors[0].code == SUBGRAPH_TIMEOUT
    assert second.data == {"a": 1}
    assert len(seen) == 2


@pytest.mark.parametrize("line", LINES)
async def test_a_connection_is_used_again_and_several_at_once(line: str) -> None:
    """One request at a time on each."""
    connections, waiting, all_here = list[int](), list[int](), asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        while True:
            await asked(reader)
            waiting.append(1)
            if len(waiting) == 3:
                all_here.set()
            await all_here.wait()
            writer.write(framed(BODY))

    async with server(handler) as url, HttpSubgraph(url, timeout_seconds=5, line=line) as subgraph:
        await asyncio.gather(*(subgraph.fetch(ASKED) for _ in range(3)))
        for _ in range(4):
            await subgraph.fetch(ASKED)
    assert len(connections) == 3


@pytest.mark.parametrize("line", LINES)
async def test_what_a_subgraph_sees(line: str) -> None:
    """One POST with the path, the query string, the body's length, and a forwarded header."""
    seen: list[tuple[bytes, bytes]] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            seen.append(await asked(reader))
            writer.write(framed(BODY))

    async with server(handler) as url, HttpSubgraph(_with_login(url), timeout_seconds=5, line=line) as subgraph:
        await subgraph.fetch(ASKED)
        carried = {"x-tenant": "t", "host": "evil", "content-length": "3", "user-agent": "theirs"}
        await subgraph.carrying(carried).fetch(ASKED)
    agents = [[line for line in head.lower().split(b"\r\n") if line.startswith(b"user-agent:")] for head, _ in seen]
    assert agents == [[b"user-agent: cityroam"], [b"user-agent: theirs"]]
    head, body = seen[1]
    lines = head.lower().split(b"\r\n")
    assert lines[0] == b"post /graphql?a=b http/1.1"
    assert b"x-tenant: t" in lines
    assert b"authorization: basic %s" % b64encode(b"me:p@ss").lower() in lines
    assert b"content-type: application/json" in lines
    assert [each for each in lines if each.startswith(b"host:")] == [b"host: " + url.split("/")[2].encode()]
    assert body == '{"query":"{ a }","variables":{"v":"城"}}'.encode()


def _with_login(url: str) -> str:
    return url.replace("://", "://me:p%40ss@")


async def test_a_connection_the_other_side_closed_is_not_used_again() -> None:
    """It was kept; that it is gone is known before it is needed."""
    connections: list[asyncio.StreamWriter] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        await asked(reader)
        writer.write(framed(BODY))

    async with server(handler) as url, Pool(url, connect_seconds=5) as pool:
        for _ in range(2):
            assert await pool.send(pool.head({}), b"{}") == (200, BODY)
            await connections[-1].wait_closed()
            while any(each.usable for each in pool.idle):  # noqa: ASYNC110  seen some turns of the loop later
                await asyncio.sleep(0)
    assert len(connections) == 2


def talkative(connections: list[int]) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """A server that says more than it was asked; each connection is noted."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        while True:
            await asked(reader)
            writer.write(framed(BODY) + framed(b'{"data":{"a":"stolen"}}'))

    return handler


async def test_bytes_that_nobody_asked_for_close_a_kept_connection() -> None:
    """Otherwise they would be read as the next request's answer."""
    connections: list[int] = []
    async with server(talkative(connections)) as url, Pool(url, connect_seconds=5) as pool:
        assert [await pool.send(pool.head({}), b"{}") for _ in range(2)] == [(200, BODY)] * 2
    assert len(connections) == 2


async def test_a_closed_pool_sends_nothing() -> None:
    """At the end of the process."""
    async with server(saying(framed(BODY))) as url:
        async with Pool(url, connect_seconds=5) as pool:
            pass
        with pytest.raises(Broken):
            await pool.send(pool.head({}), b"{}")


@pytest.mark.parametrize(("way", "line"), [(Pool, "direct"), (Session, "aiohttp")])
async def test_tls_is_checked_and_used(way: type[Pool] | type[Session], line: str, tmp_path: Path) -> None:
    """With the host's own certificate, from an authority that is trusted; refused from one that is not."""
    authority = trustme.CA()
    serving, trusting = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(serving)
    authority.configure_trust(trusting)
    async with server(saying(framed(BODY)), serving) as url:
        async with way(url, connect_seconds=5, tls=trusting) as pool:
            assert await pool.send(pool.head({}), b"{}") == (200, BODY)
        (answer,) = await fetch(url, line)
    assert answer.errors[0].code == SUBGRAPH_UNREACHABLE


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\0"])
def test_a_header_is_one_line(value: str) -> None:
    """What a client sends must not become a header of ours."""
    with pytest.raises(ValueError, match="line"):
        written_headers({"x-tenant": value})


async def test_the_session_too_leaves_bytes_that_nobody_asked_for_unread() -> None:
    """They came with an answer, or later on a connection that is kept."""
    connections: list[int] = []
    async with server(talkative(connections)) as url, Session(url, connect_seconds=5) as session:
        assert [await session.send(session.head({}), b"{}") for _ in range(2)] == [(200, BODY)] * 2
    assert len(connections) == 2
    with pytest.raises(Broken):
        await session.send(session.head({}), b"{}")


@pytest.mark.parametrize("line", LINES)
async def test_who_speaks_first_is_unreachable(line: str) -> None:
    """As a mail server does; and who closes at once: neither is asked for ever."""

    async def greeting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        await reader.read()

    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    for handler in (greeting, closing):
        async with server(handler) as url:
            (answer,) = await fetch(url, line)
        assert answer.errors[0].code == SUBGRAPH_UNREACHABLE
