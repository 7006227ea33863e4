"""Times as counts: what several processes measured adds up, and is told as exactly as is said."""

import random
from collections.abc import Callable
from math import ceil

import pytest

from channels.measured.times import GROWTH, LEAST_SECONDS, RELATIVE_ERROR, Times


@pytest.mark.parametrize("percent", [1, 50, 95, 100])
@pytest.mark.parametrize("shape", ["one hill", "two hills", "even"])
def test_a_percentile_is_that_of_all_calls_within_what_is_said(shape: str, percent: int) -> None:
    """Of a quick process and a slow one together; the middle of two middles would be neither's."""
    chance = random.Random(percent)  # noqa: S311 the same calls each time, no secret
    drawn: Callable[[int], float] = {
        "one hill": lambda _: chance.lognormvariate(-2.5, 0.6),
        "two hills": lambda number: 0.01 if number % 3 else 2.5,
        "even": lambda _: chance.uniform(0.001, 8.0),
    }[shape]
    calls = [drawn(number) for number in range(977)]
    parts = [calls[:500], calls[500:900], calls[900:], []]
    added = Times.added(Times.of(part) for part in parts)
    assert added == Times.of(calls), "adding loses nothing"
    told = added.percentile_ms(percent)
    real = sorted(calls)[ceil(977 * percent / 100) - 1] * 1000
    assert told == pytest.approx(real, rel=RELATIVE_ERROR + 1e-9)


def test_no_call_has_no_time_and_no_time_is_too_short() -> None:
    assert Times().percentile_ms(50) is None
    assert Times.of([0.0, -1.0]).percentile_ms(95) == pytest.approx(LEAST_SECONDS * 1000, rel=RELATIVE_ERROR)


def test_it_stays_small() -> None:
    """A summary is written every few seconds: from 1 ms to half a minute there are no more classes than this."""
    spread = Times.of(0.001 * GROWTH ** (step / 2) for step in range(1_000) if 0.001 * GROWTH ** (step / 2) <= 30)
    assert spread.calls > 500
    assert len(spread.counts) < 270
