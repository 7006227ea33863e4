"""Counts and times of the calls to cities: by city, operation and outcome, and nothing else.

An outcome is `OK`, an error code, or `MAINTENANCE` for a failure inside a window that the city had declared. Labels come from
the channel files and the table of codes, so that there is an end to them; nothing of a citizen is ever one of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from channels.answer import Answer, Failure
from channels.counted import BAD, MAINTENANCE, OK
from channels.declared.maintenance import seconds_left
from channels.deployment.snapshot import Channel
from channels.measured.metric_days import Tally
from channels.measured.rollout_counts import RolloutCounts
from channels.measured.summary import Calls, Circuit
from channels.measured.times import Times
from channels.proofs.credentials import Clock
from channels.protocols.compiled import Compiled
from schema.codes import ErrorCode

CHINA: Final = ZoneInfo("Asia/Shanghai")
BUCKETS_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
RECENT_CALLS: Final = 500
AWAY: Final = BAD | {ErrorCode.CHANNEL_PAUSED.value}


@dataclass(slots=True)
class _Series:
    """One city's operation: calls by bucket of time, their sum, and the latest ones.

    `told`: after how many calls the latest were last counted by class, and those counts.
    """

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_SECONDS) + 1))
    seconds: float = 0.0
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT_CALLS))
    told: tuple[int, Times] = (0, Times())

    def add(self, seconds: float) -> None:
        """One more call."""
        self.buckets[bisect_left(BUCKETS_SECONDS, seconds)] += 1
        self.seconds += seconds
        self.recent.append(seconds)

    def times(self) -> Times:
        """Of the latest ones; made anew only where there were more since."""
        count = sum(self.buckets)
        if count != self.told[0]:
            self.told = count, Times.of(self.recent)
        return self.told[1]


class Metrics:
    """What has been counted since the process began, and what is not kept on disk yet.

    `rollouts`: the calls of cities that are being opened, as their `abort_if` counts them.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.rollouts = RolloutCounts()
        self._series: dict[tuple[str, str], _Series] = {}
        self._calls: Counter[tuple[str, str, str]] = Counter()
        self._dropped: Counter[tuple[str, str]] = Counter()
        self._breakers: Counter[tuple[str, str, str]] = Counter()
        self._changes: dict[tuple[str, str], Circuit] = {}
        self._waiting: dict[tuple[str, str, str, str], tuple[int, int]] = {}

    def note(self, channel: Channel, operation: Compiled, answer: Answer, seconds: float) -> None:
        """Count one call that has ended."""
        at, city, name = self._clock(), channel.slug, operation.id
        outcome = _outcome(channel, operation, answer, at)
        dropped = 0 if isinstance(answer, Failure) else answer.dropped
        series = self._series.setdefault((city, name), _Series())
        if outcome != ErrorCode.BACKEND_CIRCUIT_OPEN.value:  # no call was made: it took the city no time
            series.add(seconds)
        self._calls[city, name, outcome] += 1
        self.rollouts.note(channel, outcome, seconds)
        self._dropped[city, name] += dropped
        key = (city, f"{at.astimezone(CHINA):%Y-%m-%dT%H}", name, outcome)
        calls, rows = self._waiting.get(key, (0, 0))
        self._waiting[key] = (calls + 1, rows + dropped)

    def note_breaker(self, city: str, backend: str, state: str) -> None:
        """Count one change of a backend's breaker, and note when it was."""
        self._breakers[city, backend, state] += 1
        self._changes[city, backend] = Circuit(state, self._clock())

    def last_change(self, city: str, backend: str) -> Circuit | None:
        """What a backend's breaker changed to last, and when."""
        return self._changes.get((city, backend))

    def counted(self) -> Iterator[tuple[str, str, Calls]]:
        """Each operation that was called, by city and name.  More may be counted between one and the next."""
        outcomes: dict[tuple[str, str], dict[str, int]] = {}
        for (city, name, outcome), n in self._calls.items():
            outcomes.setdefault((city, name), {})[outcome] = n
        for (city, name), found in sorted(outcomes.items()):
            yield city, name, Calls(dict(sorted(found.items())), self._series[city, name].times())

    def take(self) -> list[tuple[str, Tally]]:
        """What was counted since the last time, to be kept."""
        taken, self._waiting = self._waiting, {}
        return [
            (city, Tally(hour, name, outcome, calls, dropped))
            for (city, hour, name, outcome), (calls, dropped) in taken.items()
        ]

    def give_back(self, tallies: list[tuple[str, Tally]]) -> None:
        """Count again what could not be kept."""
        for city, tally in tallies:
            key = (city, tally.hour, tally.operation, tally.outcome)
            calls, rows = self._waiting.get(key, (0, 0))
            self._waiting[key] = (calls + tally.calls, rows + tally.dropped)

    def exposition(self) -> str:
        """The text format of Prometheus, version 0.0.4."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield "# HELP roam_city_calls_total Calls to cities by outcome."
        yield "# TYPE roam_city_calls_total counter"
        for (city, name, outcome), count in sorted(self._calls.items()):
            yield f'roam_city_calls_total{{city="{city}",operation="{name}",outcome="{outcome}"}} {count}'
        yield "# HELP roam_city_rows_dropped_total Rows withheld because they broke the contract."
        yield "# TYPE roam_city_rows_dropped_total counter"
        for (city, name), count in sorted(self._dropped.items()):
            yield f'roam_city_rows_dropped_total{{city="{city}",operation="{name}"}} {count}'
        yield "# HELP roam_city_breaker_changes_total Changes of breakers by the state they came to."
        yield "# TYPE roam_city_breaker_changes_total counter"
        for (city, backend, state), count in sorted(self._breakers.items()):
            yield f'roam_city_breaker_changes_total{{city="{city}",backend="{backend}",state="{state}"}} {count}'
        yield "# HELP roam_city_call_seconds How long calls to cities took."
        yield "# TYPE roam_city_call_seconds histogram"
        for (city, name), series in sorted(self._series.items()):
            yield from _histogram(f'city="{city}",operation="{name}"', series)


def _histogram(labels: str, series: _Series) -> Iterator[str]:
    total = 0
    for bound, count in zip((*BUCKETS_SECONDS, None), series.buckets, strict=True):
        total += count
        shown = "+Inf" if bound is None else f"{bound:g}"
        yield f'roam_city_call_seconds_bucket{{{labels},le="{shown}"}} {total}'
    yield f"roam_city_call_seconds_sum{{{labels}}} {series.seconds:.6f}"
    yield f"roam_city_call_seconds_count{{{labels}}} {total}"


def _outcome(channel: Channel, operation: Compiled, answer: Answer, at: datetime) -> str:
    if not isinstance(answer, Failure):
        return OK
    backend = channel.config.backends.get(operation.backend)
    announced = backend is not None and seconds_left(backend.maintenance, at) is not None
    return MAINTENANCE if announced and answer.code.value in AWAY else answer.code.value
