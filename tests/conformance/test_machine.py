"""A machine that is too busy excuses no city, and blames none: what took long here is measured again or not at all."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from channels.failures import failure
from conformance.live import Exchange, opened
from conformance.load import QUIET_SECONDS, Wave, Waves
from conformance.machine import Machine, quiet
from conformance.personas import FIRST
from schema.codes import ErrorCode
from tests.channels.loopback import served
from tests.conformance.careless import Careless, held, people


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


async def test_it_waits_until_the_machine_has_time_and_no_longer_than_it_may() -> None:
    """Load that is put on again in the same busy moment would be lost again."""
    seen = iter([False, False, True])
    assert await quiet(60, lambda: next(seen), 0)
    assert list(seen) == []
    assert not await quiet(0, lambda: False, 0)


async def test_a_patient_wave_is_put_off_and_others_are_not() -> None:
    """The first waves are made as they come: a rule takes as long as it says where nothing has to be made again."""
    waited: list[tuple[float, int]] = []
    async with served(Careless()) as city:
        snapshot = held(city.url)

        async def busy(seconds: float) -> bool:
            waited.append((seconds, len(city.asked)))
            return False

        async with opened(snapshot.channels["testville"], snapshot, people(), lambda: datetime.now(UTC)) as live:
            waves = Waves(live, "api", asyncio.Lock(), busy)
            for patient in (False, True):
                wave = await waves.make(2, lambda: live.ask("bills.list", live.people[FIRST]), patient=patient)
                assert [call.code for call in wave.calls] == [None, None]
    assert waited == [(QUIET_SECONDS, 2)]
