"""The line with a breaker, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from channels.answer import Failure
from channels.calls.breaker import State
from channels.calls.connections import Connections
from channels.calls.health import WINDOW_CALLS
from channels.calls.line import Line
from channels.calls.probing import keep_asking
from channels.mapping.templates import Scope
from channels.proofs.credentials import Nothing
from channels.protocols.transport import Transport
from schema.codes import Availability, ErrorCode
from tests.channels.breakers import Held, turns
from tests.channels.loopback import (
    BILL,
    NOW,
    PAID,
    Asked,
    City,
    Respond,
    always,
    connected,
    http,
    question,
    served,
    snapshot,
)

PAY_ARGS = {"billId": "b1", "amount": "38.60"}
PAY = {"operation": "bills.pay", "args": PAY_ARGS}
WELL = http({"rows": [BILL]})
DOWN = http("", status=503)
TRIPPED = {"breaker": {"window": 2, "failure_rate": 1, "open": "1h"}}
ENVELOPE = {
    "envelope": {"ok": "code == '0'", "data": "data", "code": "code"},
    "errors": [{"code": "4", "to": "NOT_FOUND"}],
}


@asynccontextmanager
async def against(respond: Respond, backend: dict[str, Any], **more: Any) -> AsyncIterator[tuple[Any, City]]:
    async with served(respond) as city, connected(snapshot(city.url, backend=backend, **more)) as call:
        yield call, city


async def test_a_city_that_is_down_is_left_alone_and_a_write_is_surely_not_done() -> None:
    async with against(always(DOWN), TRIPPED) as (call, city):
        for _ in range(2):
            assert (await call()).code is ErrorCode.BACKEND_UNREACHABLE
        read, write = await call(), await call(**PAY)
    assert (read.code, write.code) == (ErrorCode.BACKEND_CIRCUIT_OPEN, ErrorCode.BACKEND_CIRCUIT_OPEN)
    assert read.retry_after == 3600
    assert len(city.asked) == 2


async def test_a_failing_envelope_at_http_200_opens_and_an_explained_one_never_does() -> None:
    for code, asked in (("9", 2), ("4", 6)):
        async with against(always(http({"code": code})), {**TRIPPED, **ENVELOPE}) as (call, city):
            answers = [(await call()).code for _ in range(6)]
        assert len(city.asked) == asked
        assert (ErrorCode.BACKEND_CIRCUIT_OPEN in answers) is (code == "9")


async def test_a_lost_answer_of_a_write_counts() -> None:
    async def lose(city: City, asked: Asked, writer: asyncio.StreamWriter) -> None:
        return None

    async with against(lose, TRIPPED) as (call, city):
        assert [(await call(**PAY)).code for _ in range(3)] == [
            ErrorCode.OUTCOME_UNKNOWN,
            ErrorCode.OUTCOME_UNKNOWN,
            ErrorCode.BACKEND_CIRCUIT_OPEN,
        ]
    assert len(city.asked) == 2


async def test_a_call_is_counted_once_with_its_repetitions() -> None:
    backend = {"breaker": {"window": 2, "failure_rate": 1, "open": "1h"}, "retry": {"attempts": 1, "on": ["503"]}}
    async with against(always(DOWN), backend) as (call, city):
        assert [(await call()).code.value for _ in range(3)] == [
            "BACKEND_UNREACHABLE",
            "BACKEND_UNREACHABLE",
            "BACKEND_CIRCUIT_OPEN",
        ]
    assert len(city.asked) == 4


async def test_what_the_gateway_refused_does_not_count() -> None:
    """Its own limits, the citizen's input, and a deadline that left the city no fair time."""

    async def hang(city: City, asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    slow = {**TRIPPED, "bulkhead": {"max_concurrent": 1, "queue": 0}, "timeout": {"total": "5s"}}
    async with against(hang, slow) as (call, city):
        first = asyncio.ensure_future(call())
        await city.has_been_asked(1)
        assert {(await call(subject=f"other{n}")).code for n in range(4)} == {ErrorCode.RATE_LIMITED}
        first.cancel()
        for _ in range(3):
            assert (await call(seconds=0.05)).code is ErrorCode.BACKEND_TIMEOUT
        assert state(call) is State.CLOSED


async def test_a_city_that_hangs_for_its_whole_time_is_left_alone() -> None:
    async def hang(city: City, asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with against(hang, {**TRIPPED, "timeout": {"total": "100ms"}}) as (call, city):
        codes = [(await call()).code for _ in range(3)]
    assert codes == [ErrorCode.BACKEND_TIMEOUT, ErrorCode.BACKEND_TIMEOUT, ErrorCode.BACKEND_CIRCUIT_OPEN]
    assert len(city.asked) == 2


async def test_a_declared_maintenance_page_does_not_count() -> None:
    """The city had said so; a write of that hour is unknown, and says no more of the city."""
    backend = {**TRIPPED, "maintenance": ["11:00-13:00 Asia/Shanghai"]}  # NOW is noon there
    async with against(always(DOWN), backend) as (call, city):
        codes = {(await call()).code for _ in range(4)} | {(await call(**PAY)).code for _ in range(4)}
        assert state(call) is State.CLOSED
    assert codes == {ErrorCode.CHANNEL_PAUSED, ErrorCode.OUTCOME_UNKNOWN}
    assert len(city.asked) == 8


def state(call: Any) -> State | None:
    connections: Connections = call.connections
    [channel] = connections._snapshot.channels.values()
    return connections.breaker(channel, "api")


@asynccontextmanager
async def timed(
    respond: Respond, by: str = "bills.list", backend: dict[str, Any] | None = None
) -> AsyncIterator[tuple[Any, City, Held]]:
    """A line whose breaker has the passed clock, after four failures of the operation `by` and ten seconds: half open."""
    async with served(respond) as city:
        [channel] = snapshot(city.url, backend=backend or {}).channels.values()
        held = Held()
        async with Transport(connect_seconds=1) as transport:
            line = Line(channel.config.backends["api"], transport, Nothing(), lambda: NOW, breaker=held.breaker)

            async def ask(operation: str = "bills.list", seconds: float = 5.0) -> Any:
                scope = Scope(PAY_ARGS, {"pairwise_id": "p1"}, {}, {}, {"idempotency_key": "k" * 16}, {})
                return await line.ask(channel.operations[operation], question(operation, seconds=seconds), scope)

            for _ in range(4):
                assert isinstance(await ask(by), Failure)
            held.clock.seconds += 10
            yield ask, city, held


async def test_of_twenty_calls_one_is_the_trial_and_all_are_answered_when_it_is_good() -> None:
    """No herd at a city that is still down, and a whole answer from one that is back."""
    gate = asyncio.Event()

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        if len(city.asked) <= 4:
            return DOWN
        await gate.wait()
        return WELL

    async with timed(respond) as (ask, city, held), asyncio.TaskGroup() as group:
        calls = [group.create_task(ask()) for _ in range(20)]
        await city.has_been_asked(5)
        await turns()
        assert (len(city.asked), held.state()) == (5, State.HALF_OPEN)
        gate.set()
        await asyncio.wait(calls)
        assert not any(isinstance(one.result(), Failure) for one in calls)
        assert (len(city.asked), held.state()) == (24, State.CLOSED)


async def test_of_twenty_calls_at_a_city_that_is_still_down_one_reaches_it() -> None:
    gate = asyncio.Event()

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        if len(city.asked) > 4:
            await gate.wait()
        return DOWN

    async with timed(respond) as (ask, city, _), asyncio.TaskGroup() as group:
        calls = [group.create_task(ask()) for _ in range(20)]
        await city.has_been_asked(5)
        await turns()
        gate.set()
        await asyncio.wait(calls)
        codes = sorted(one.result().code.value for one in calls)
        assert codes == ["BACKEND_CIRCUIT_OPEN"] * 19 + ["BACKEND_UNREACHABLE"]
        assert len(city.asked) == 5


async def test_a_trial_that_is_cancelled_leaves_its_place_to_the_next() -> None:
    """A client that hangs up decides nothing about the city."""

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        if len(city.asked) <= 4:
            return DOWN
        if len(city.asked) == 5:
            await asyncio.Event().wait()
        return WELL

    async with timed(respond) as (ask, city, held):
        trial = asyncio.ensure_future(ask())
        await city.has_been_asked(5)
        other = asyncio.ensure_future(ask())
        await turns()
        assert held.state() is State.HALF_OPEN
        trial.cancel()
        assert not isinstance(await other, Failure)
        assert held.state() is State.CLOSED


async def test_a_write_is_not_the_first_to_try_a_city_that_is_read() -> None:
    """Refused and surely not sent; the read that comes next is the trial, and after it the write goes."""

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        return DOWN if len(city.asked) <= 4 else http(PAID) if asked.method == "PUT" else WELL

    async with timed(respond) as (ask, city, held):
        refused = await ask("bills.pay")
        assert (refused.code, refused.retry_after) == (ErrorCode.BACKEND_CIRCUIT_OPEN, 10)
        assert (len(city.asked), held.state()) == (4, State.HALF_OPEN)
        assert not isinstance(await ask(), Failure)
        assert held.state() is State.CLOSED
        assert not isinstance(await ask("bills.pay"), Failure)


async def test_a_write_is_the_trial_of_a_city_that_is_only_written_to() -> None:
    """It must come back as well."""

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        return DOWN if len(city.asked) <= 4 else http(PAID)

    async with timed(respond, by="bills.pay") as (ask, _, held):
        assert not isinstance(await ask("bills.pay"), Failure)
        assert held.state() is State.CLOSED


async def test_a_write_asks_a_declared_probe_first() -> None:
    """While the probe says no, no write leaves, and the circuit is open again; then the write itself is the trial."""
    up = False

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        if asked.target == "/up":
            return http("", status=200 if up else 503)
        return DOWN if len(city.asked) <= 4 else http(PAID)

    async with timed(respond, backend={"probe": {"path": "/up"}}) as (ask, city, held):
        refused = await ask("bills.pay")
        assert (refused.code, refused.retry_after) == (ErrorCode.BACKEND_CIRCUIT_OPEN, 10)
        assert held.state() is State.OPEN
        held.clock.seconds += 10
        up = True
        assert not isinstance(await ask("bills.pay"), Failure)
        assert held.state() is State.CLOSED
    assert [asked.method for asked in city.asked[4:]] == ["GET", "GET", "PUT"]


async def test_a_probe_that_hangs_sends_no_write_and_leaves_the_trial_to_others() -> None:
    """It has half of the write's time; a deadline that left it no fair time says nothing of the city."""

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        if asked.target == "/up":
            await asyncio.Event().wait()
        return DOWN if len(city.asked) <= 4 else WELL

    probed = {"probe": {"path": "/up"}, "timeout": {"total": "1s"}}
    async with timed(respond, backend=probed) as (ask, city, held):
        hurried = await ask("bills.pay", seconds=0.2)
        assert (hurried.code, held.state()) == (ErrorCode.BACKEND_CIRCUIT_OPEN, State.HALF_OPEN)
        assert (await ask("bills.pay")).code is ErrorCode.BACKEND_CIRCUIT_OPEN
        assert held.state() is State.OPEN
    assert {asked.target for asked in city.asked[4:]} == {"/up"}


async def test_calls_that_wait_for_their_turn_are_not_sent_once_the_circuit_is_open() -> None:
    """Behind the bulkhead stand those who came before it opened."""
    gate = asyncio.Event()

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        await gate.wait()
        return DOWN

    backend = {**TRIPPED, "bulkhead": {"max_concurrent": 2, "queue": 10}}
    async with against(respond, backend) as (call, city):
        async with asyncio.TaskGroup() as group:
            calls = [group.create_task(call(subject=f"s{n}")) for n in range(8)]
            await city.has_been_asked(2)
            gate.set()
        assert [one.result().code.value for one in calls[2:]] == ["BACKEND_CIRCUIT_OPEN"] * 6
    assert len(city.asked) == 2


async def test_the_breaker_lives_on_over_a_reload_and_begins_anew_when_the_files_changed() -> None:
    async with served(always(DOWN)) as city:
        held = snapshot(city.url, backend=TRIPPED)
        [channel] = held.channels.values()
        stamped = replace(held, channels={channel.slug: replace(channel, stamp="a")})
        changed = replace(held, channels={channel.slug: replace(channel, stamp="b")})
        async with Connections(stamped, lambda: NOW) as first:
            for _ in range(2):
                await first.call(stamped.channels["testville"], question())
            async with first.following(stamped) as second, second.following(changed) as third:
                states = [one.breaker(channel, "api") for one in (first, second, third)]
                assert states == [State.OPEN, State.OPEN, State.CLOSED]


async def test_health_and_metrics_know_of_the_circuit() -> None:
    async with against(always(DOWN), TRIPPED) as (call, _):
        health, metrics = call.connections.health, call.connections.metrics
        for _ in range(3):
            await call()
        assert health.of("testville") is Availability.DOWN
        lines = metrics.exposition().splitlines()
        assert 'roam_city_breaker_changes_total{city="testville",backend="api",state="OPEN"} 1' in lines
        [(_, _, calls)] = metrics.counted()
        assert calls.times.calls == 2


async def test_a_city_whose_circuit_is_open_is_at_best_degraded() -> None:
    """Of two backends one answers well: the city is not up as long as the other is left alone."""
    async with against(always(DOWN), TRIPPED) as (call, _):
        for _ in range(2):
            await call()
        for _ in range(WINDOW_CALLS):
            call.connections.health.record("testville", good=True)
        assert call.connections.health.of("testville") is Availability.DEGRADED


async def test_a_declared_probe_is_asked_at_its_interval_and_tells_the_availability() -> None:
    """With the fixed headers and no credential, past the breaker; 404 is up, 503 is down."""
    answer = http("", status=404)

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        return answer

    backend = {
        "auth": "key",
        "headers": {"X-App": "roam", "X-Request": "${request.id}"},
        "probe": {"path": "/up?deep=1", "every": "100ms"},
    }
    auth = {"key": {"type": "api_key", "header": "X-Key", "value": "secret:KEY"}}
    async with against(respond, backend, auth=auth, secrets={"KEY": "k"}) as (call, city):
        connections = call.connections
        asking = asyncio.ensure_future(keep_asking(connections.probes, connections.health))
        await city.has_been_asked(2)
        assert connections.health.of("testville") is Availability.UP
        changes = connections.health.subscribe()
        answer = http("", status=503)
        assert await anext(changes) == ("testville", "DEGRADED")
        await changes.aclose()
        asking.cancel()
        before = len(city.asked)
        await connections.probe_once()
        assert city.connections == 1
    assert {(one.method, one.target) for one in city.asked[:before]} == {("GET", "/up?deep=1")}
    assert city.asked[0].headers["x-app"] == "roam"
    assert not {"x-key", "x-request"} & city.asked[0].headers.keys()
