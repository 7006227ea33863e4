"""What is counted of calls to cities: outcomes, times, hours; and that it is kept."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from channels.answer import Answer, Page
from channels.deployment.snapshot import Channel, load
from channels.failures import failure
from channels.measured.metric_days import Tally
from channels.measured.metrics import RECENT_CALLS, Metrics
from channels.measured.metrics_store import add, keeping, opened_store, read_soak, soak_of
from channels.measured.summary import Calls
from channels.measured.times import Times
from schema.codes import ErrorCode

CITIES = Path(__file__).resolve().parents[2] / "cities"
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
NIGHT = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)  # 02:30 there, inside the declared window


@pytest.fixture(scope="module")
def channel() -> Channel:
    snapshot = load(CITIES, environment="sandbox", at=date(2026, 11, 22)).snapshot
    assert snapshot is not None
    return snapshot.channels["deyang"]


def page(dropped: int = 0) -> Page:
    return Page((), dropped, None, None, NOON)


def counted(channel: Channel, at: datetime, *answers: Answer, seconds: float = 0.02) -> Metrics:
    metrics = Metrics(lambda: at)
    for answer in answers:
        metrics.note(channel, channel.operations["bills.list"], answer, seconds)
    return metrics


def of_bills(metrics: Metrics) -> Calls:
    """The one operation that was called."""
    [(city, name, calls)] = metrics.counted()
    assert (city, name) == ("deyang", "bills.list")
    return calls


def test_calls_are_counted_by_outcome_and_time(channel: Channel) -> None:
    """In the text format that Prometheus reads; histograms are cumulative."""
    metrics = counted(channel, NOON, page(2), failure(ErrorCode.BACKEND_TIMEOUT))
    lines = metrics.exposition().splitlines()
    labels = 'city="deyang",operation="bills.list"'
    assert f'roam_city_calls_total{{{labels},outcome="OK"}} 1' in lines
    assert f'roam_city_calls_total{{{labels},outcome="BACKEND_TIMEOUT"}} 1' in lines
    assert f"roam_city_rows_dropped_total{{{labels}}} 2" in lines
    assert f'roam_city_call_seconds_bucket{{{labels},le="0.01"}} 0' in lines
    assert f'roam_city_call_seconds_bucket{{{labels},le="0.025"}} 2' in lines
    assert f'roam_city_call_seconds_bucket{{{labels},le="+Inf"}} 2' in lines
    assert f"roam_city_call_seconds_count{{{labels}}} 2" in lines


def test_a_failure_inside_a_declared_window_is_maintenance(channel: Channel) -> None:
    """The city said so beforehand; a refusal at that hour is still a refusal."""
    down, unbound = failure(ErrorCode.BACKEND_UNREACHABLE), failure(ErrorCode.ACCOUNT_NOT_LINKED)
    assert [t.outcome for _, t in counted(channel, NIGHT, down, unbound).take()] == [
        "MAINTENANCE",
        "ACCOUNT_NOT_LINKED",
    ]
    assert of_bills(counted(channel, NIGHT, down, page())).failed == 0.0
    assert of_bills(counted(channel, NOON, down, page())).failed == 0.5


def test_times_are_of_the_latest_calls(channel: Channel) -> None:
    """For the console: a city that is quick again is not slow for what was this morning; all calls stay counted."""
    metrics = counted(channel, NOON, *[page()] * 10, seconds=9.0)
    assert of_bills(metrics).times == Times.of([9.0] * 10)
    for _ in range(RECENT_CALLS):
        metrics.note(channel, channel.operations["bills.list"], page(), 0.01)
    calls = of_bills(metrics)
    assert calls.times == Times.of([0.01] * RECENT_CALLS)
    assert calls.outcomes == {"OK": RECENT_CALLS + 10}
    assert list(Metrics(lambda: NOON).counted()) == []


async def test_what_was_counted_is_kept_and_added_up(channel: Channel, tmp_path: Path) -> None:
    """Two processes, or two runs, of one hour make one row."""
    for _ in range(2):
        metrics = counted(channel, NOON, page(), page(1), failure(ErrorCode.BACKEND_TIMEOUT))
        async with keeping(metrics, tmp_path, lambda: NOON):
            pass
    soak = await soak_of(tmp_path, "deyang", date(2026, 11, 22))
    assert soak is not None
    assert sorted(soak.tallies, key=lambda t: t.outcome) == [
        Tally("2026-11-22T12", "bills.list", "BACKEND_TIMEOUT", 2),
        Tally("2026-11-22T12", "bills.list", "OK", 4, 2),
    ]
    assert not soak.measured
    assert await soak_of(tmp_path / "nowhere", "deyang", date(2026, 11, 22)) is None


async def test_old_hours_are_forgotten(tmp_path: Path) -> None:
    """Enough for the rules and a look back, no more."""
    async with await opened_store(tmp_path) as database:
        await add(database, [("deyang", Tally("2026-01-01T10", "bills.list", "OK", 5))], date(2026, 1, 1))
        await add(database, [("deyang", Tally("2026-11-22T10", "bills.list", "OK", 1))], date(2026, 11, 22))
        assert await database.rows("SELECT hour FROM city_hours") == ({"hour": "2026-11-22T10"},)
        assert (await read_soak(database, "meishan", date(2026, 11, 22))).tallies == ()


async def test_a_store_that_cannot_be_opened_costs_the_metrics_alone(channel: Channel, tmp_path: Path) -> None:
    """The gateway serves on."""
    (tmp_path / "metrics.sqlite").mkdir()
    async with keeping(counted(channel, NOON, page()), tmp_path, lambda: NOON):
        pass
