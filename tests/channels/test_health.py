"""Availability from recent outcomes, with a passed clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from channels.answer import Page
from channels.calls.health import BACKLOG, WINDOW_CALLS, WINDOW_SECONDS, Health
from channels.failures import failure
from schema.codes import Availability, ErrorCode

PAGE = Page((), 0, None, None, datetime(2026, 11, 21, tzinfo=UTC))


def health() -> tuple[Health, list[float]]:
    now = [0.0]
    return Health(lambda: now[0]), now


def test_a_refusal_is_an_answer_and_our_own_limits_say_nothing() -> None:
    """NOT_FOUND must not open a breaker; RATE_LIMITED came from us, and an open circuit is no new failure."""
    held, _ = health()
    held.note("a", failure(ErrorCode.RATE_LIMITED))
    held.note("a", failure(ErrorCode.BACKEND_CIRCUIT_OPEN))
    assert held.of("a") is Availability.UNKNOWN
    for code in (ErrorCode.NOT_FOUND, ErrorCode.ACCOUNT_NOT_LINKED, ErrorCode.BACKEND_REJECTED):
        held.note("a", failure(code))
    assert held.of("a") is Availability.UP


def test_down_degraded_and_up_again() -> None:
    held, now = health()
    for _ in range(WINDOW_CALLS):
        held.note("a", PAGE)
    held.note("a", failure(ErrorCode.BACKEND_TIMEOUT))
    assert held.of("a") is Availability.UP
    held.note("a", failure(ErrorCode.BACKEND_CONTRACT_BROKEN))
    assert held.of("a") is Availability.DEGRADED
    held.note("a", failure(ErrorCode.OUTCOME_UNKNOWN))
    assert held.of("a") is Availability.DOWN
    held.note("a", PAGE)
    assert held.of("a") is Availability.DEGRADED
    now[0] = WINDOW_SECONDS + 1
    assert held.of("a") is Availability.UNKNOWN
    held.note("a", PAGE)
    assert held.of("a") is Availability.UP


def test_a_probe_does_not_forgive_a_city_that_hangs() -> None:
    """That something listens says nothing of a city that accepts connections and never answers."""
    held, _ = health()
    for _ in range(3):
        held.note("a", failure(ErrorCode.BACKEND_TIMEOUT))
        held.note("b", failure(ErrorCode.BACKEND_UNREACHABLE))
    for _ in range(3):
        held.probed("a", reached=True)
        held.probed("b", reached=True)
    assert held.of("a") is Availability.DOWN
    assert held.of("b") is Availability.DEGRADED
    held.probed("c", reached=False)
    assert held.of("c") is Availability.DOWN


async def test_listeners_hear_changes_only_and_a_slow_one_loses_the_oldest() -> None:
    held, _ = health()
    changes = held.subscribe()
    first = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    for _ in range(3):
        held.note("a", PAGE)
    assert await first == ("a", Availability.UP)
    for number in range(BACKLOG + 5):
        held.note(f"c{number}", PAGE)
    assert await anext(changes) == ("c5", Availability.UP)
    await changes.aclose()


async def test_what_only_time_has_changed_is_told_at_the_next_look() -> None:
    """Nobody asks a city that was failing; that its failures are long past must not stay untold until somebody does."""
    held, now = health()
    changes = held.subscribe()
    heard = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    held.note("a", failure(ErrorCode.BACKEND_TIMEOUT))
    assert await heard == ("a", Availability.DOWN)
    now[0] = 100.0
    held.note("a", PAGE)
    assert await anext(changes) == ("a", Availability.DEGRADED)
    now[0] = WINDOW_SECONDS + 1
    held.probed("a", reached=True)
    async with asyncio.timeout(1):
        assert await anext(changes) == ("a", Availability.UP)
