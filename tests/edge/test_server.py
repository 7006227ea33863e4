"""Who sends slowly, or sends too much of a head, loses the connection; everybody else keeps theirs."""

import asyncio

import pytest

from edge.server import GuardedProtocol
from tests.edge.conftest import Serve

BODY = b'{"query":"{ beside }"}'
HEAD = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
PATIENCE = 5.0


class Hasty(GuardedProtocol):
    head_seconds = 0.4
    body_seconds = 0.4


@pytest.fixture
async def port(serve: Serve) -> int:
    return int((await serve(http=Hasty)).rsplit(":", 1)[1])


async def send(port: int, data: bytes) -> bytes:
    """Everything the server says until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    try:
        return await asyncio.wait_for(reader.read(), PATIENCE)
    finally:
        writer.close()


@pytest.mark.parametrize(
    "data",
    [b"", b"\r\n", b"POST /graphql HTTP/1.1\r\nhost: x\r\n", HEAD % 100, HEAD % 100 + BODY],
    ids=["nothing", "a line", "half a head", "no body", "half a body"],
)
async def test_an_unfinished_request_is_cut_off(port: int, data: bytes) -> None:
    assert (await send(port, data)).startswith(b"HTTP/1.1 408 ")


async def test_an_unfinished_second_request_is_cut_off(port: int) -> None:
    answer = await send(port, HEAD % len(BODY) + BODY + b"POST /gra")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in answer


async def test_a_finished_request_keeps_its_connection(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        writer.write(HEAD % len(BODY) + BODY)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        assert head.startswith(b"HTTP/1.1 200 ")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length"))
        await reader.readexactly(length)
    writer.close()


async def test_a_head_without_end_is_refused(port: int) -> None:
    answer = await send(port, b"GET /healthz HTTP/1.1\r\n" + b"x-filler: " + b"y" * 70_000)
    assert answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))


async def test_conflicting_lengths_are_refused(port: int) -> None:
    """Request smuggling: one body, two opinions about its length."""
    answer = await send(
        port, b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
    )
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.startswith(b"HTTP/1.1 400 ")
