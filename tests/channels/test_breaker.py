"""The breaker by itself, with a passed clock."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from pydantic import ValidationError

from channels.answer import Failure
from channels.calls.breaker import Breaker, Change, CircuitOpen, State, judged
from channels.declared.models import Breaker as Rule
from channels.failures import failure
from channels.protocols.refusals import Said, unmapped
from schema.codes import ErrorCode
from tests.channels.breakers import BAD, GOOD, NOTHING, Clock, Held, later, turns


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


async def test_a_write_waits_for_a_read_to_be_the_trial_but_not_for_ever() -> None:
    """Nobody's payment finds out whether a city is back, and a city that nobody reads comes back as well."""
    held = await Held().opened()
    held.clock.seconds += 10
    with pytest.raises(CircuitOpen) as refused:
        await held.breaker.enter(later(), write=True)
    assert (refused.value.retry_after, held.state()) == (10, State.HALF_OPEN)
    trial = await held.breaker.enter(later())
    write = asyncio.ensure_future(held.breaker.enter(later(), write=True))
    await turns()
    held.breaker.leave(trial, NOTHING)
    with pytest.raises(CircuitOpen):
        await write
    held.clock.seconds += 10
    held.breaker.leave(await held.breaker.enter(later(), write=True), GOOD)
    assert held.state() is State.CLOSED


async def test_a_write_goes_once_a_read_was_answered() -> None:
    held = await Held().opened()
    held.clock.seconds += 10
    trial = await held.breaker.enter(later())
    write = asyncio.ensure_future(held.breaker.enter(later(), write=True))
    await turns()
    assert not write.done()
    held.breaker.leave(trial, GOOD)
    await write


async def test_where_nothing_was_ever_read_a_write_is_the_trial_at_once() -> None:
    held = Held()
    for _ in range(4):
        held.breaker.leave(await held.breaker.enter(later(), write=True), BAD)
    held.clock.seconds += 10
    held.breaker.leave(await held.breaker.enter(later(), write=True), GOOD)
    assert held.state() is State.CLOSED


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
