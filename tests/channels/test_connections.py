"""Asking a city: what goes out, what comes back, what is kept."""

from __future__ import annotations

import asyncio
from typing import Any

from channels.answer import Failure, Page
from schema.codes import ErrorCode
from tests.channels.loopback import BILL, BILLS, PAID, PAY, Asked, City, always, connected, http, served, snapshot


async def test_a_city_answers_canonical_rows() -> None:
    """The working line: a request in the city's words, rows in ours."""
    async with served(always(http({"rows": [BILL]}))) as city, connected(snapshot(f"{city.url}/gw")) as call:
        page = await call()
    assert page.rows == (
        {
            "id": "b1",
            "kind": "WATER",
            "state": "UNPAID",
            "payee": "水司",
            "amount": {"amount": "38.60", "currency": "CNY"},
            "dueOn": "2026-11-30",
            "accountNo": None,
            "period": None,
            "paidAt": None,
            "address": None,
        },
    )
    assert (city.asked[0].method, city.asked[0].target) == ("GET", "/gw/bills/p1")
    assert page.next is None
    assert not page.from_cache


async def test_a_write_sends_its_key_and_gives_one_row() -> None:
    """An item operation is a page of one row."""
    async with served(always(http(PAID))) as city, connected(snapshot(city.url)) as call:
        page = await call("bills.pay", args={"billId": "b1", "amount": "38.60"})
    assert page.rows == ({"orderNo": "o1", "cashierUrl": PAID["url"], "state": "PROCESSING"},)
    assert city.asked[0].headers["idempotency-key"] == "k" * 16
    assert city.asked[0].json == {"amount": "38.60"}


async def test_one_bad_row_is_withheld_and_counted() -> None:
    """A city's slip costs one row, not the page."""
    rows = [BILL, {**BILL, "id": "b2", "flag": "7"}, {**BILL, "id": ""}, {**BILL, "id": "b3", "due": "soon"}, "x"]
    async with served(always(http({"rows": rows}))) as city, connected(snapshot(city.url)) as call:
        page = await call()
    assert [row["id"] for row in page.rows] == ["b1"]
    assert page.dropped == 4


async def test_when_no_row_fits_the_contract_is_broken() -> None:
    """Many rows and none of them good: it is the shape that changed."""
    rows = [{**BILL, "amount": {}}, {**BILL, "id": "b2", "amount": []}]
    async with served(always(http({"rows": rows}))) as city, connected(snapshot(city.url)) as call:
        failed = await call()
    assert failed.code is ErrorCode.BACKEND_CONTRACT_BROKEN
    assert "amount" in failed.detail


async def test_an_id_repeated_in_a_page_comes_once() -> None:
    """A duplicate row is the city's mistake and not a second bill."""
    async with served(always(http({"rows": [BILL, BILL]}))) as city, connected(snapshot(city.url)) as call:
        page = await call()
    assert len(page.rows) == 1
    assert page.dropped == 0


async def test_null_is_an_empty_list_and_a_missing_list_is_not() -> None:
    """`null` says there are none; nothing at all says nothing."""
    async with served(always(http({"rows": None}))) as city, connected(snapshot(city.url)) as call:
        assert (await call()).rows == ()
    async with served(always(http({"other": []}))) as city, connected(snapshot(city.url)) as call:
        assert (await call()).code is ErrorCode.BACKEND_CONTRACT_BROKEN


async def test_what_a_city_does_not_offer_is_not_asked() -> None:
    async with served(always(http({}))) as city, connected(snapshot(city.url)) as call:
        assert (await call("fund.accounts")).code is ErrorCode.NOT_OFFERED
    assert city.asked == []


async def test_only_declared_claims_leave() -> None:
    """A template can name what `needs` declares and nothing else, whatever the asker holds."""
    operation = {**BILLS, "request": {"method": "GET", "path": "/b", "query": {"n": "${citizen.name}", "k": "v"}}}
    held = {"bills.list": operation}
    async with served(always(http({"rows": []}))) as city, connected(snapshot(city.url, operations=held)) as call:
        await call(claims={"pairwise_id": "p1", "name": "陈"})
    assert city.asked[0].target == "/b?k=v"


async def test_a_missing_claim_is_told_before_the_city_is_asked() -> None:
    async with served(always(http({}))) as city, connected(snapshot(city.url)) as call:
        assert (await call(claims={}, subject=None)).code is ErrorCode.UNAUTHENTICATED
        assert (await call(claims={})).code is ErrorCode.ASSURANCE_TOO_LOW
    assert city.asked == []


async def test_a_path_value_cannot_move_to_another_resource() -> None:
    """An id is a segment: slashes, dots and control characters are refused, the rest is encoded."""
    async with served(always(http(PAID))) as city, connected(snapshot(city.url)) as call:
        for bad in ("..", ".", "a/b", "a\\b", "", "a\n"):
            failed = await call("bills.pay", args={"billId": bad})
            assert (failed.code, failed.user) == (ErrorCode.INVALID_INPUT, True), bad
        await call("bills.pay", args={"billId": "号 1%2e?x#y"})
    assert [asked.target for asked in city.asked] == ["/pay/%E5%8F%B7%201%252e%3Fx%23y"]


async def test_a_header_takes_no_line_break() -> None:
    async with served(always(http(PAID))) as city, connected(snapshot(city.url)) as call:
        failed = await call("bills.pay", args={"billId": "b1"}, idempotency_key="k\r\nX-Admin: 1")
    assert failed.code is ErrorCode.INVALID_INPUT
    assert city.asked == []


async def test_a_paused_channel_is_not_called() -> None:
    held = snapshot("http://127.0.0.1:1")
    channel = held.channels["testville"]
    paused = channel.config.model_copy(update={"city": channel.city.model_copy(update={"status": "PAUSED"})})
    held = snapshot("http://127.0.0.1:1", city=paused.city.model_dump())
    async with connected(held) as call:
        assert (await call()).code is ErrorCode.CHANNEL_PAUSED


async def test_a_missing_secret_costs_one_city_its_calls_and_says_which() -> None:
    """The others serve, and start-up has one clear line about this one."""
    auth = {"token": {"type": "api_key", "header": "X-Token", "value": "secret:NO_SUCH"}}
    async with connected(snapshot("http://127.0.0.1:1", backend={"auth": "token"}, auth=auth)) as call:
        failed = await call()
        assert call.connections.diagnostics == ("testville: backends.api: secret NO_SUCH is not set",)
    assert failed.code is ErrorCode.BACKEND_UNREACHABLE
    assert "NO_SUCH" in failed.detail


CACHED = {"bills.list": {**BILLS, "cache": {"ttl": "60s", "scope": "citizen"}}, "bills.pay": PAY}


async def test_a_citizens_page_is_kept_for_that_citizen_only() -> None:
    """Nobody is ever given another's rows, and what is kept says so."""
    async with served(always(http({"rows": [BILL]}))) as city, connected(snapshot(city.url, operations=CACHED)) as call:
        first, again = await call(), await call()
        other = await call(subject="s2", claims={"pairwise_id": "p2"})
        await call(subject=None)
    assert (first.from_cache, again.from_cache, other.from_cache) == (False, True, False)
    assert again.as_of == first.as_of
    assert len(city.asked) == 3


async def test_a_write_forgets_the_citizens_pages_of_that_city_and_keeps_none_for_a_while() -> None:
    """After paying, the bill must not still be unpaid for a minute, nor still be processed when the city has long booked it."""

    async def respond(city: City, asked: Asked, writer: Any) -> bytes:
        return http(PAID) if asked.method == "PUT" else http({"rows": [BILL]})

    async with served(respond) as city, connected(snapshot(city.url, operations=CACHED)) as call:
        await call()
        await call("bills.pay", args={"billId": "b1"})
        assert not (await call()).from_cache
        assert not (await call()).from_cache
        assert await call.connections.purge("s1") == 0


async def test_a_purge_forgets_the_citizens_pages() -> None:
    rows = [BILL]
    async with served(always(http({"rows": rows}))) as city, connected(snapshot(city.url, operations=CACHED)) as call:
        await call()
        assert await call.connections.purge("s1") == 1
        assert not (await call()).from_cache


async def test_a_page_with_withheld_rows_is_not_kept() -> None:
    rows = [BILL, {**BILL, "id": None}]
    async with served(always(http({"rows": rows}))) as city, connected(snapshot(city.url, operations=CACHED)) as call:
        await call()
        assert not (await call()).from_cache


async def test_identical_reads_at_once_are_one_call() -> None:
    """Identity is part of what is identical."""
    gate = asyncio.Event()

    async def respond(city: City, asked: Asked, writer: Any) -> bytes:
        await gate.wait()
        return http({"rows": [BILL]})

    async with served(respond) as city, connected(snapshot(city.url)) as call, asyncio.TaskGroup() as group:
        same = [group.create_task(call()) for _ in range(5)]
        group.create_task(call(subject="s2", claims={"pairwise_id": "p2"}))
        late = group.create_task(call(seconds=0.05))
        await city.has_been_asked(2)
        assert (await late).code is ErrorCode.BACKEND_TIMEOUT
        gate.set()
    assert len(city.asked) == 2
    assert all(isinstance(task.result(), Page) for task in same)


async def test_a_cancelled_leader_leaves_the_question_to_those_who_wait() -> None:
    """A client that hangs up must not take the others' answer with it."""
    gate = asyncio.Event()

    async def respond(city: City, asked: Asked, writer: Any) -> bytes:
        if len(city.asked) == 1:
            await gate.wait()
        return http({"rows": [BILL]})

    async with served(respond) as city, connected(snapshot(city.url)) as call:
        async with asyncio.TaskGroup() as group:
            leader = group.create_task(call())
            await city.has_been_asked(1)
            follower = group.create_task(call())
            await asyncio.sleep(0)
            leader.cancel()
        assert len((await follower).rows) == 1
        gate.set()
    assert len(city.asked) == 2


async def test_health_follows_the_answers() -> None:
    """A refusal is an answer; a city that cannot be reached is not."""
    async with served(always(http({"rows": []}))) as city:
        held = snapshot(city.url)
        async with connected(held) as call:
            health = call.connections.health
            assert health.of("testville") == "UNKNOWN"
            await call()
            assert health.of("testville") == "UP"
            changes = health.subscribe()
            waiting = asyncio.ensure_future(anext(changes))
            await asyncio.sleep(0)
            health.record("testville", good=False)
            assert await waiting == ("testville", "DEGRADED")
            await changes.aclose()
    async with connected(held) as call:
        assert isinstance(await call(), Failure)
        assert call.connections.health.of("testville") == "DOWN"


async def test_a_probe_knows_who_listens_without_asking_anything() -> None:
    async with served(always(http({"rows": []}))) as city:
        held = snapshot(city.url)
        async with connected(held) as call:
            await call.connections.probe_once()
            assert call.connections.health.of("testville") == "UP"
        assert city.asked == []
    async with connected(held) as call:
        await call.connections.probe_once()
        assert call.connections.health.of("testville") == "DOWN"


async def test_what_a_reader_adds_to_a_row_stays_with_that_reader() -> None:
    """Resolvers turn `id` into a global id: the kept page must not become one of theirs."""
    async with served(always(http({"rows": [BILL]}))) as city, connected(snapshot(city.url, operations=CACHED)) as call:
        first = await call()
        first.rows[0]["id"] = "changed"
        assert (await call()).rows[0]["id"] == "b1"


async def test_connections_close_after_the_calls_under_way() -> None:
    """A reload drops nobody's request; a call that comes too late is told so and not raised at."""
    gate = asyncio.Event()

    async def respond(city: City, asked: Asked, writer: Any) -> bytes:
        await gate.wait()
        return http({"rows": [BILL]})

    async with served(respond) as city:
        async with connected(snapshot(city.url)) as call:
            running = asyncio.ensure_future(call())
            await city.has_been_asked(1)
            asyncio.get_running_loop().call_soon(gate.set)
        assert len((await running).rows) == 1
        assert (await call(subject="s9")).code is ErrorCode.BACKEND_UNREACHABLE


async def test_a_leader_without_time_does_not_speak_for_a_follower_who_has_it() -> None:
    """Two ask the same; the hurried one gives up, the patient one still gets the rows."""

    async def respond(city: City, asked: Asked, writer: Any) -> bytes | None:
        if len(city.asked) > 1:
            return http({"rows": [BILL]})
        await asyncio.Event().wait()
        return None

    async with served(respond) as city, connected(snapshot(city.url)) as call:
        async with asyncio.TaskGroup() as group:
            hurried = group.create_task(call(seconds=0.1))
            await city.has_been_asked(1)
            patient = group.create_task(call(seconds=5))
        assert hurried.result().code is ErrorCode.BACKEND_TIMEOUT
        assert len(patient.result().rows) == 1
