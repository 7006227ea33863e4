"""The breaker with a passed clock, and the line with a breaker over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from channels.answer import Failure
from channels.breaker import Breaker, Change, CircuitOpen, State, judged
from channels.connections import Connections
from channels.credentials import Nothing
from channels.failures import failure
from channels.health import WINDOW_CALLS
from channels.line import Line
from channels.models import Breaker as Rule
from channels.probing import keep_asking
from channels.refusals import Said, unmapped
from channels.templates import Scope
from channels.transport import Transport
from schema.codes import Availability, ErrorCode
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
GOOD, BAD, NOTHING = True, False, None
WELL = http({"rows": [BILL]})
DOWN = http("", status=503)


@dataclass
class Clock:
    seconds: float = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Held:
    """A breaker of 4 calls at a half, 10 seconds open; its clock; what it told."""

    clock: Clock = field(default_factory=Clock)
    told: list[Change] = field(default_factory=list)
    patience: float = 5.0
    rate: float = 0.5

    def __post_init__(self) -> None:
        rule = Rule(window=4, failure_rate=self.rate, open=timedelta(seconds=10))
        self.breaker = Breaker(rule, self.clock, self.told.append, patience_seconds=self.patience)

    async def call(self, good: bool | None) -> None:
        self.breaker.leave(await self.breaker.enter(later()), good)

    async def calls(self, *results: bool | None) -> None:
        for good in results:
            await self.call(good)

    def state(self) -> State:
        return self.breaker.state

    async def opened(self) -> Held:
        await self.calls(BAD, BAD, BAD, BAD)
        assert self.state() is State.OPEN
        return self


def later() -> float:
    return asyncio.get_running_loop().time() + 30


async def test_it_opens_at_exactly_the_rate() -> None:
    held = Held()
    await held.calls(GOOD, GOOD, GOOD, BAD)
    assert held.state() is State.CLOSED
    await held.call(BAD)
    assert held.state() is State.OPEN
    assert held.told == [Change(State.OPEN, 2, 4)]


@pytest.mark.parametrize("rate", [number / 20 for number in range(1, 21)])
async def test_the_rate_is_met_by_the_number_that_is_written(rate: float) -> None:
    """0.7 of 20 calls is 14, whatever the binary fraction."""
    told: list[Change] = []
    breaker = Breaker(Rule(window=20, failure_rate=rate, open=timedelta(seconds=1)), Clock(), told.append)
    for good in [GOOD] * 20 + [BAD] * 20:
        if breaker.state is State.CLOSED:
            breaker.leave(await breaker.enter(later()), good)
    assert told == [Change(State.OPEN, round(rate * 20), 20)]


def test_a_rate_is_a_share_and_no_percentage() -> None:
    """`failure_rate: 50` would be a breaker that never opens."""
    with pytest.raises(ValidationError):
        Rule.model_validate({"window": 20, "failure_rate": 50, "open": "30s"})


async def test_it_does_not_open_before_the_window_is_full() -> None:
    """Three failures of three say little where the operator wanted four."""
    held = Held()
    await held.calls(BAD, BAD, BAD)
    assert held.state() is State.CLOSED
    await held.call(BAD)
    assert held.state() is State.OPEN


async def test_a_good_answer_never_opens_and_old_results_are_forgotten() -> None:
    held = Held()
    await held.calls(BAD, BAD, GOOD, GOOD, GOOD, GOOD, BAD)
    assert held.state() is State.CLOSED


async def test_what_does_not_count_does_not_count() -> None:
    held = Held()
    await held.calls(BAD, BAD, *[NOTHING] * 20)
    assert held.state() is State.CLOSED


async def test_while_open_it_says_how_long() -> None:
    """Whole seconds, rounded up: a client that waits so long is not refused again."""
    held = await Held().opened()
    with pytest.raises(CircuitOpen) as refused:
        await held.breaker.enter(later())
    assert refused.value.retry_after == 10
    held.clock.seconds += 9.5
    with pytest.raises(CircuitOpen) as refused:
        await held.breaker.enter(later())
    assert refused.value.retry_after == 1
    held.clock.seconds += 0.5
    assert (held.state(), held.breaker.seconds_left()) == (State.HALF_OPEN, 0)


async def test_one_of_twenty_goes_and_the_others_wait_for_its_verdict() -> None:
    """A city that has come back answers all who waited, not one of them."""
    held = await Held().opened()
    held.clock.seconds += 10
    trial = await held.breaker.enter(later())
    others = [asyncio.ensure_future(held.breaker.enter(later())) for _ in range(19)]
    await turns()
    assert not any(other.done() for other in others)
    held.breaker.leave(trial, GOOD)
    await asyncio.gather(*others)
    assert held.state() is State.CLOSED
    assert [change.state for change in held.told] == [State.OPEN, State.HALF_OPEN, State.CLOSED]


async def test_of_twenty_none_but_the_trial_goes_when_it_fails() -> None:
    held = await Held().opened()
    held.clock.seconds += 10
    trial = await held.breaker.enter(later())
    others = [asyncio.ensure_future(held.breaker.enter(later())) for _ in range(19)]
    await turns()
    held.breaker.leave(trial, BAD)
    refused = await asyncio.gather(*others, return_exceptions=True)
    assert [error.retry_after for error in refused if isinstance(error, CircuitOpen)] == [10] * 19
    assert held.told[-1] == Change(State.OPEN, 1, 1)


async def test_nobody_waits_longer_than_the_patience_or_the_deadline() -> None:
    for held, deadline in ((Held(patience=0.0), 30.0), (Held(), 0.0)):
        await held.opened()
        held.clock.seconds += 10
        await held.breaker.enter(later())
        with pytest.raises(CircuitOpen) as refused:
            await held.breaker.enter(asyncio.get_running_loop().time() + deadline)
        assert refused.value.retry_after == 1


async def test_a_trial_that_was_given_up_decides_nothing() -> None:
    """Its place goes to one who waits; that one's verdict is everybody's."""
    held = await Held().opened()
    held.clock.seconds += 10
    trial = await held.breaker.enter(later())
    waiting = [asyncio.ensure_future(held.breaker.enter(later())) for _ in range(2)]
    await turns()
    held.breaker.leave(trial, NOTHING)
    await turns()
    assert [one.done() for one in waiting] == [True, False]
    assert held.state() is State.HALF_OPEN
    held.breaker.leave(waiting[0].result(), GOOD)
    await waiting[1]
    assert held.state() is State.CLOSED


async def test_results_of_before_are_not_counted() -> None:
    """A call that hung since before the circuit opened says nothing of the city that has recovered, nor of its trial."""
    held = Held()
    late = [await held.breaker.enter(later()) for _ in range(8)]
    await held.opened()
    for one in late[:2]:
        held.breaker.leave(one, GOOD)
    assert held.state() is State.OPEN
    held.clock.seconds += 10
    trial = await held.breaker.enter(later())
    for one in late[2:4]:
        held.breaker.leave(one, GOOD)
    assert held.state() is State.HALF_OPEN
    held.breaker.leave(trial, GOOD)
    for one in late[4:]:
        held.breaker.leave(one, BAD)
    assert held.state() is State.CLOSED


async def test_after_recovery_the_window_is_empty() -> None:
    held = await Held().opened()
    held.clock.seconds += 10
    await held.calls(GOOD, BAD, BAD, BAD)
    assert held.state() is State.CLOSED
    await held.call(BAD)
    assert held.state() is State.OPEN


@pytest.mark.parametrize(
    ("refusal", "status", "good"),
    [
        (failure(ErrorCode.NOT_FOUND), 200, GOOD),
        (failure(ErrorCode.ACCOUNT_NOT_LINKED), 500, GOOD),
        (failure(ErrorCode.BACKEND_REJECTED), 200, GOOD),
        (failure(ErrorCode.BACKEND_UNREACHABLE), 200, BAD),
        (failure(ErrorCode.RATE_LIMITED), 429, NOTHING),
        (unmapped(Said(200, "9999", None)), 200, BAD),
        (unmapped(Said(404, None, None)), 404, GOOD),
        (unmapped(Said(401, "9999", None)), 401, GOOD),
        (unmapped(Said(429, None, None)), 429, NOTHING),
        (unmapped(Said(500, "Client", None)), 500, BAD),
        (unmapped(Said(504, None, None)), 504, BAD),
    ],
)
def test_what_a_refusal_says_of_the_backend(refusal: Failure, status: int, good: bool | None) -> None:
    """An explained refusal is an answer, whatever its status; one that nobody explained is not."""
    assert judged(refusal, status) is good


# Over real sockets.

TRIPPED = {"breaker": {"window": 2, "failure_rate": 1, "open": "1h"}}
ENVELOPE = {
    "envelope": {"ok": "code == '0'", "data": "data", "code": "code"},
    "errors": [{"code": "4", "to": "NOT_FOUND"}],
}


@asynccontextmanager
async def against(respond: Respond, backend: dict[str, Any], **more: Any) -> AsyncIterator[tuple[Any, City]]:
    async with served(respond) as city, connected(snapshot(city.url, backend=backend, **more)) as call:
        yield call, city


async def turns() -> None:
    """Let everything run that can."""
    for _ in range(10):
        await asyncio.sleep(0)


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
async def timed(respond: Respond) -> AsyncIterator[tuple[Any, City, Held]]:
    """A line whose breaker has the passed clock, after four failures and ten seconds: its next call is the trial."""
    async with served(respond) as city:
        [channel] = snapshot(city.url).channels.values()
        backend, held = channel.config.backends["api"], Held()
        async with Transport(connect_seconds=1) as transport:
            line = Line(backend, transport, Nothing(), lambda: NOW, breaker=held.breaker)

            async def ask(operation: str = "bills.list") -> Any:
                scope = Scope(PAY_ARGS, {"pairwise_id": "p1"}, {}, {}, {"idempotency_key": "k" * 16}, {})
                return await line.ask(channel.operations[operation], question(operation), scope)

            for _ in range(4):
                assert isinstance(await ask(), Failure)
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


async def test_a_write_can_be_the_trial() -> None:
    """A city that is only ever written to must come back as well."""

    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        return DOWN if len(city.asked) <= 4 else http(PAID)

    async with timed(respond) as (ask, _, held):
        assert not isinstance(await ask("bills.pay"), Failure)
        assert held.state() is State.CLOSED


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
        assert metrics.latency("testville").calls == 2


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
