"""Quotas: exactly so many crossings and no more, in memory and in a Redis; days end at midnight in Shanghai."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from channels.declared.agreements import Agreement, Quota
from channels.declared.gateway import QuotaStore
from channels.declared.secrets import MissingSecret, Secrets
from roaming.counts import UnfitUrl, opened_counts, redis_url
from roaming.quotas import Crossing, Exceeded, Quotas, QuotasUnreadable, limits_of
from tests.roaming.counting import free_port, redis_server
from tests.roaming.test_states import agreement

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)  # in Shanghai
MIDNIGHT = datetime(2026, 11, 22, 16, tzinfo=UTC)


def under(number: str = "A-1", **quota: int) -> Agreement:
    return agreement(id=number, quota=Quota.model_validate({name: str(amount) for name, amount in quota.items()}))


def crossing(one: Agreement, citizen: str = "me", app: str = "app", consumer: str = "chengdu") -> Crossing:
    return Crossing(one, consumer, citizen, app)


@asynccontextmanager
async def counting(url: str | None) -> AsyncIterator[Quotas]:
    async with opened_counts(url) as counts:
        yield Quotas(counts)


@pytest.fixture(params=["memory", "redis"])
async def quotas(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Quotas]:
    """Both storages keep the same promises."""
    if request.param == "memory":
        async with counting(None) as made:
            yield made
    else:
        with redis_server(tmp_path, free_port()) as url:
            async with counting(url) as made:
                yield made


async def granted(quotas: Quotas, made: Crossing, times: int, at: datetime = NOON) -> int:
    """How many of so many crossings at once are let through."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(quotas.spend(made, at)) for _ in range(times)]
    return sum(task.result() is None for task in tasks)


@pytest.mark.parametrize(
    "name", ["per_citizen_per_day", "per_app_per_minute", "per_app_per_day", "per_city_per_minute", "per_day"]
)
async def test_of_many_at_once_exactly_so_many_pass(quotas: Quotas, name: str) -> None:
    """Every quota by itself, under concurrency."""
    assert await granted(quotas, crossing(under("A-1", **{name: 5})), 12) == 5


async def test_what_is_not_limited_is_not_counted(quotas: Quotas) -> None:
    assert limits_of(crossing(under()), NOON) == ()
    assert await granted(quotas, crossing(under()), 50) == 50


async def test_citizens_apps_cities_and_agreements_are_counted_apart(quotas: Quotas) -> None:
    one = under(per_citizen_per_day=1, per_app_per_day=3, per_city_per_minute=2)
    assert await quotas.spend(crossing(one, "me"), NOON) is None
    assert await quotas.spend(crossing(one, "me"), NOON) is not None
    assert await quotas.spend(crossing(one, "you"), NOON) is None
    third = await quotas.spend(crossing(one, "she"), NOON)
    assert isinstance(third, Exceeded)
    assert third.name == "per_city_per_minute"
    assert await quotas.spend(crossing(one, "she", consumer="meishan"), NOON) is None
    fourth = await quotas.spend(crossing(one, "he", consumer="meishan"), NOON)
    assert isinstance(fourth, Exceeded)
    assert fourth.name == "per_app_per_day"
    assert await quotas.spend(crossing(one, "he", "other app", "meishan"), NOON) is None
    assert await quotas.spend(crossing(under("A-2", per_citizen_per_day=1), "me"), NOON) is None


async def test_a_refused_crossing_costs_nothing_of_the_other_limits(quotas: Quotas) -> None:
    """Ten refusals by the minute leave the day as it was."""
    one = crossing(under(per_citizen_per_day=2, per_city_per_minute=1))
    assert await granted(quotas, one, 1) == 1
    assert [await quotas.spend(one, NOON) is None for _ in range(10)] == [False] * 10
    assert await quotas.spend(one, NOON + timedelta(minutes=1)) is None


async def test_looking_counts_nothing(quotas: Quotas) -> None:
    one = crossing(under(per_citizen_per_day=1))
    assert [await quotas.left(one, NOON) for _ in range(3)] == [None] * 3
    assert await quotas.spend(one, NOON) is None
    assert await quotas.left(one, NOON) is not None


async def test_a_day_ends_at_midnight_in_shanghai_and_the_wait_says_so(quotas: Quotas) -> None:
    """By the clock that is passed, whatever the machine's own says."""
    one = crossing(under(per_citizen_per_day=1))
    assert await quotas.spend(one, NOON) is None
    waits = [await quotas.spend(one, at) for at in (NOON, MIDNIGHT - timedelta(seconds=1, microseconds=1))]
    assert [each.retry_after for each in waits if each] == [12 * 3600, 2]
    assert await quotas.spend(one, MIDNIGHT) is None
    assert await quotas.spend(one, MIDNIGHT) is not None


async def test_a_minute_ends_with_the_minute(quotas: Quotas) -> None:
    one, at = crossing(under(per_app_per_minute=1)), NOON + timedelta(seconds=15)
    assert await quotas.spend(one, at) is None
    exceeded = await quotas.spend(one, at)
    assert isinstance(exceeded, Exceeded)
    assert exceeded.retry_after == 45
    assert exceeded.text["zh"] == "漫游协议 A-1 限每个应用每分钟 1 次,已用完,请在 45 秒后再试。"
    assert exceeded.text["en"].endswith("allows 1 calls a minute to each app; they are used up, try again in 45 s.")
    assert await quotas.spend(one, NOON + timedelta(minutes=1)) is None


async def test_the_wait_is_until_the_last_of_the_limits_opens(quotas: Quotas) -> None:
    """Coming back after a minute would only be refused for the day."""
    one = crossing(under(per_citizen_per_day=1, per_city_per_minute=1))
    assert await quotas.spend(one, NOON) is None
    exceeded = await quotas.spend(one, NOON)
    assert isinstance(exceeded, Exceeded)
    assert (exceeded.name, exceeded.retry_after) == ("per_citizen_per_day", 12 * 3600)


async def test_workers_share_what_a_redis_counts(tmp_path: Path) -> None:
    with redis_server(tmp_path, free_port()) as url:
        async with counting(url) as first, counting(url) as second:
            one = crossing(under(per_day=7))
            async with asyncio.TaskGroup() as group:
                passed = [group.create_task(granted(worker, one, 10)) for worker in (first, second)]
            assert sum(each.result() for each in passed) == 7


async def test_a_redis_that_is_away_lets_nothing_through_and_is_found_again(tmp_path: Path) -> None:
    """Deny on doubt, and no restart of ours when it comes back."""
    one, port = crossing(under(per_day=7)), free_port()
    async with counting(f"redis://127.0.0.1:{port}/0") as quotas:
        with pytest.raises(QuotasUnreadable):
            await quotas.spend(one, NOON)
        with redis_server(tmp_path, port):
            assert await quotas.spend(one, NOON) is None
        with pytest.raises(QuotasUnreadable):
            await quotas.left(one, NOON)
        with redis_server(tmp_path, port):
            assert await quotas.spend(one, NOON) is None


@pytest.mark.parametrize("url", ["", "http://counts", "redis://", "redis://counts:port", "redis", "redis://counts:0"])
def test_what_is_no_redis_is_refused_without_being_quoted(url: str) -> None:
    """The URL may hold a password."""
    declared = QuotaStore.model_validate({"store": "redis", "url": "secret:COUNTS"})
    with pytest.raises(UnfitUrl) as refused:
        redis_url(declared, Secrets({"COUNTS": url}))
    assert "counts" not in str(refused.value)
    with pytest.raises(MissingSecret):
        redis_url(declared, Secrets())
    assert redis_url(QuotaStore(), Secrets()) is None
