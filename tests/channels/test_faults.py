"""Everything a city can do wrong on the wire, over real sockets, and what each becomes for a read and for a write."""

from __future__ import annotations

import asyncio
import gzip
import socket
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.calls.connections import Connections
from schema.codes import ErrorCode
from tests.channels import loopback
from tests.channels.loopback import BILL, PAID, Asked, City, Respond, always, connected, http, served, snapshot

PAY = {"operation": "bills.pay", "args": {"billId": "b1", "amount": "38.60"}}
MAINTENANCE_PAGE = "<html><body>系统维护中</body></html>"


async def both(respond: Respond, seconds: float = 5.0, **held: Any) -> tuple[Any, Any, City]:
    """What a read and a write become against the same fault."""
    async with served(respond) as city, connected(snapshot(city.url, **held)) as call:
        return await call(seconds=seconds), await call(seconds=seconds, **PAY), city


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


async def hang(city: City, asked: Asked, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def reset_mid_body(city: City, asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{")
    await writer.drain()
    writer.transport.abort()


async def drop(city: City, asked: Asked, writer: asyncio.StreamWriter) -> None:
    return None


async def drip(city: City, asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


async def test_refused_is_unreachable_and_a_write_was_not_done() -> None:
    """Nothing was sent: the citizen may safely try again."""
    async with connected(snapshot(f"http://127.0.0.1:{free_port()}")) as call:
        read, write = await call(), await call(**PAY)
    assert (read.code, write.code) == (ErrorCode.BACKEND_UNREACHABLE, ErrorCode.BACKEND_UNREACHABLE)
    assert read.retry_after == 30


async def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    async with connected(snapshot("http://no-such-host.invalid")) as call:
        assert (await call(**PAY)).code is ErrorCode.BACKEND_UNREACHABLE


@pytest.mark.parametrize("fault", [hang, drip])
async def test_no_answer_in_time_ends_with_the_requests_deadline(fault: Respond) -> None:
    """One deadline covers connecting, waiting and the slowest body."""
    began = asyncio.get_running_loop().time()
    read, write, city = await both(fault, seconds=0.15)
    assert (read.code, write.code) == (ErrorCode.BACKEND_TIMEOUT, ErrorCode.OUTCOME_UNKNOWN)
    assert asyncio.get_running_loop().time() - began < 1
    assert len(city.asked) == 2


async def test_the_channels_own_total_holds_too() -> None:
    read, _, _ = await both(hang, backend={"timeout": {"connect": "100ms", "total": "100ms"}})
    assert read.code is ErrorCode.BACKEND_TIMEOUT


async def test_a_deadline_that_has_passed_sends_nothing() -> None:
    """A write that was never sent is not an unknown outcome."""
    read, write, city = await both(hang, seconds=-1)
    assert (read.code, write.code) == (ErrorCode.BACKEND_TIMEOUT, ErrorCode.BACKEND_TIMEOUT)
    assert city.asked == []


@pytest.mark.parametrize("fault", [reset_mid_body, drop])
async def test_a_connection_that_breaks_is_unreachable_for_a_read_and_unknown_for_a_write(fault: Respond) -> None:
    read, write, _ = await both(fault)
    assert (read.code, write.code) == (ErrorCode.BACKEND_UNREACHABLE, ErrorCode.OUTCOME_UNKNOWN)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (http(b'{"rows": [{"id": '), "cut short"),
        (http("not json"), "not JSON"),
        (http(b"\xb5\xc2\xd1\xf4"), "not utf-8 at byte 0"),
        (http(MAINTENANCE_PAGE, content_type="text/html"), "HTML page"),
        (http(MAINTENANCE_PAGE, content_type="application/json"), "HTML page"),
        (http([]), "items"),
        (http(b"[" * 100_000), "not JSON"),
        (http({"rows": {"id": "b1"}}), "not a list"),
        (http(b"\x1f\x8b not gzip", content_encoding="gzip"), "not compressed"),
        (http(gzip.compress(b'{"rows": []}')[:-9], content_encoding="gzip"), "ends early"),
        (http({}, content_encoding="br"), "not asked for"),
        (http("", status=302, location="http://127.0.0.1:1/elsewhere"), "redirect"),
        (http(b" " * (8 * 1024 * 1024 + 1)), "larger than"),
        (http(gzip.compress(b" " * (256 * 1024 * 1024)), content_encoding="gzip"), "larger than"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_no_proper_answer(answer: bytes, says: str) -> None:
    """A read has a broken contract; of a write nobody knows whether it happened."""
    read, write, city = await both(always(answer))
    assert read.code is ErrorCode.BACKEND_CONTRACT_BROKEN, read
    assert says in read.detail or says == "items"
    assert write.code is ErrorCode.OUTCOME_UNKNOWN
    assert len(city.asked) == 2


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_server_error_without_an_envelope(status: int) -> None:
    read, write, _ = await both(always(http("<html>Bad Gateway</html>", status=status)))
    assert (read.code, write.code) == (ErrorCode.BACKEND_UNREACHABLE, ErrorCode.OUTCOME_UNKNOWN)


async def test_a_refusal_is_mapped_by_the_channel_or_rejected() -> None:
    """City said no: its table decides, first match first; `retry_after` is the channel's or the city's own."""
    errors = [
        {"when": "type == 'urn:x:key-reused'", "to": "IDEMPOTENCY_MISMATCH"},
        {"http": 409, "to": "CONFLICT", "user": True},
        {"http": 429, "to": "RATE_LIMITED", "retry_after": "20s"},
        {"http": 503, "code": "X", "to": "CHANNEL_PAUSED"},
    ]
    expected = {
        http({"type": "urn:x:key-reused"}, status=409): (ErrorCode.IDEMPOTENCY_MISMATCH, False, None),
        http({}, status=409): (ErrorCode.CONFLICT, True, None),
        http({}, status=429, retry_after="7"): (ErrorCode.RATE_LIMITED, False, 20),
        http({}, status=403): (ErrorCode.BACKEND_REJECTED, False, None),
        http("", status=404, retry_after="7"): (ErrorCode.BACKEND_REJECTED, False, 7),
    }
    for answer, (code, user, wait) in expected.items():
        read, write, _ = await both(always(answer), backend={"errors": errors})
        assert (read.code, read.user, read.retry_after) == (code, user, wait)
        assert write == read


async def test_an_envelope_that_is_not_as_declared() -> None:
    """`ok` false with a code is a no; without one it is another city's envelope."""
    envelope = {"ok": "to_string(code) == '0'", "data": "data", "code": "code"}
    backend = {"envelope": envelope, "errors": [{"code": "40103", "to": "ACCOUNT_NOT_LINKED"}]}
    read, write, _ = await both(always(http({"code": 40103})), backend=backend)
    assert (read.code, write.code) == (ErrorCode.ACCOUNT_NOT_LINKED, ErrorCode.ACCOUNT_NOT_LINKED)
    read, write, _ = await both(always(http({"status": "ok"})), backend=backend)
    assert (read.code, write.code) == (ErrorCode.BACKEND_CONTRACT_BROKEN, ErrorCode.OUTCOME_UNKNOWN)
    read, write, _ = await both(always(http({"code": "99999"}, status=500)), backend=backend)
    assert (read.code, write.code) == (ErrorCode.BACKEND_REJECTED, ErrorCode.BACKEND_REJECTED)
    async with (
        served(always(http({"code": "0", "data": {"rows": [BILL]}}))) as city,
        connected(snapshot(city.url, backend=backend)) as call,
    ):
        assert len((await call()).rows) == 1


async def test_ok_codes_compare_as_text() -> None:
    backend = {"envelope": {"ok_codes": ["0", "000"], "data": "data", "code": "code"}}
    for code in (0, "0", "000"):
        read, _, _ = await both(always(http({"code": code, "data": {"rows": []}})), backend=backend)
        assert read.rows == ()


async def test_a_page_at_night_is_maintenance_when_the_channel_says_so() -> None:
    """Inside a declared window the city is paused, with the seconds until it ends; outside it is broken."""
    backend = {"maintenance": ["02:00-03:00 Asia/Shanghai"]}
    async with served(always(http(MAINTENANCE_PAGE))) as city:
        held = snapshot(city.url, backend=backend)
        night = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
        async with Connections(held, lambda: night) as connections:
            failed = await connections.call(held.channels["testville"], loopback.question())
    assert (failed.code, failed.retry_after) == (ErrorCode.CHANNEL_PAUSED, 1800)  # type: ignore[union-attr]


async def test_a_write_is_never_sent_twice() -> None:
    """PUT is idempotent for HTTP and not for a citizen's money: neither we nor aiohttp send it again."""

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes | None:
        return http({"rows": []}) if len(city.asked) == 1 else None

    backend = {"retry": {"attempts": 3, "on": ["connect", "timeout", "503"]}}
    async with served(respond) as city, connected(snapshot(city.url, backend=backend)) as call:
        await call()  # leaves a kept connection behind, which the next request uses and the city drops
        write = await call(**PAY)
    assert write.code is ErrorCode.OUTCOME_UNKNOWN
    assert [asked.method for asked in city.asked] == ["GET", "PUT"]
    _, write, city = await both(always(http("", status=503)), backend=backend)
    assert [asked.method for asked in city.asked] == ["GET"] * 4 + ["PUT"]
    assert write.code is ErrorCode.OUTCOME_UNKNOWN


async def test_a_read_is_asked_again_where_the_channel_says_so() -> None:
    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes | None:
        return None if len(city.asked) == 1 else http({"rows": [BILL]})

    async with (
        served(respond) as city,
        connected(snapshot(city.url, backend={"retry": {"attempts": 1, "on": ["connect"]}})) as call,
    ):
        assert len((await call()).rows) == 1
    assert len(city.asked) == 2


async def test_no_retry_unless_declared() -> None:
    """aiohttp on its own would ask twice over a kept connection."""

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes | None:
        return http({"rows": []}) if len(city.asked) == 1 else None

    async with served(respond) as city, connected(snapshot(city.url, backend={"retry": {"attempts": 0}})) as call:
        await call()
        await call()
    assert len(city.asked) == 2


async def test_redirects_are_not_followed_and_cookies_are_not_kept() -> None:
    """A cookie of one citizen's answer must not ride on another's request."""

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        return http({"rows": []}, set_cookie="sid=1; Path=/")

    async with served(respond) as city, connected(snapshot(city.url)) as call:
        await call()
        await call()
    assert all("cookie" not in asked.headers for asked in city.asked)
    async with served(always(http("", status=307, location=f"{city.url}/x"))) as other:
        async with connected(snapshot(other.url)) as call:
            await call()
        assert len(other.asked) == 1


async def test_over_the_bulkhead_the_gateway_says_rate_limited() -> None:
    """One runs, one waits, the third is refused at once; the one that waits gets its turn."""
    gate = asyncio.Event()

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        await gate.wait()
        return http(PAID)

    backend = {"bulkhead": {"max_concurrent": 1, "queue": 1}}
    async with served(respond) as city, connected(snapshot(city.url, backend=backend)) as call:
        async with asyncio.TaskGroup() as group:
            first = group.create_task(call(**PAY))
            await city.has_been_asked(1)
            second = group.create_task(call(**PAY))
            await asyncio.sleep(0)
            third = await call(**PAY)
            gate.set()
        assert (third.code, third.retry_after) == (ErrorCode.RATE_LIMITED, 1)
        assert len(first.result().rows) == len(second.result().rows) == 1
    assert len(city.asked) == 2


async def test_over_the_rate_a_call_waits_if_it_can_and_is_refused_if_not() -> None:
    backend = {"rate": {"per_second": 20, "burst": 1}}
    async with served(always(http(PAID))) as city, connected(snapshot(city.url, backend=backend)) as call:
        assert len((await call(**PAY)).rows) == 1
        refused = await call(seconds=0.04, **PAY)
        assert refused.code is ErrorCode.RATE_LIMITED
        assert len((await call(**PAY)).rows) == 1
    assert len(city.asked) == 2


async def test_gzip_within_the_cap_is_read() -> None:
    read, _, city = await both(always(http(gzip.compress(b'{"rows": []}'), content_encoding="gzip")))
    assert read.rows == ()
    assert city.asked[0].headers["accept-encoding"] == "gzip, deflate"
