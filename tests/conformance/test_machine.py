"""A machine that is too busy excuses no city, and blames none: what took long here is measured again or not at all."""

from dataclasses import replace

from channels.failures import failure
from conformance.live import Exchange
from conformance.load import Wave
from conformance.machine import Machine
from schema.codes import ErrorCode


def call(code: ErrorCode) -> Exchange:
    return Exchange("bills.list", "test-zhang", failure(code), None, ())


LATE, DOWN = call(ErrorCode.BACKEND_TIMEOUT), call(ErrorCode.BACKEND_UNREACHABLE)


def test_a_thread_that_stood_without_a_core_was_starved() -> None:
    """A tenth of the time is enough to doubt a figure."""
    now = Machine.now()
    assert replace(now, at=now.at - 1, stood_seconds=now.stood_seconds - 0.5).starved()
    assert not replace(now, at=now.at - 60, stood_seconds=now.stood_seconds).starved()


def test_only_lateness_is_doubted_and_only_on_a_busy_machine() -> None:
    """A refusal is the city's, however busy we are; a city that is late while we idle is late."""
    assert not Wave((LATE,), starved=True).sound
    assert Wave((DOWN,), starved=True).sound
    assert Wave((LATE,), starved=False).sound
