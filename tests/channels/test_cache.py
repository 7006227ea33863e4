"""The cache of pages: two ages of one page, a bound, and nothing that outlives its time; with a passed clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from channels.answer import Page
from channels.calls.cache import SWEEP_SECONDS, Key, PageCache
from channels.declared.models import Cache
from channels.failures import failure
from schema.codes import ErrorCode

PAGE = Page(({"id": "b1"},), 0, None, None, datetime(2026, 11, 21, tzinfo=UTC))
MINUTE = Cache(ttl=timedelta(seconds=60), scope="citizen", stale=timedelta(seconds=600))
DOWN = failure(ErrorCode.BACKEND_UNREACHABLE)


def key(number: int = 1, subject: str | None = "s1", city: str = "testville") -> Key:
    return Key("v1", city, "bills.list", subject, b"", number)


@dataclass
class Clock:
    """Seconds, as a test sets them."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


async def test_a_page_is_fresh_for_its_ttl_and_may_stand_in_for_as_long_again_as_stale_says() -> None:
    """One entry, two ages; each ends at its very moment."""
    now = Clock()
    cache = PageCache(now)
    await cache.put(key(), PAGE, MINUTE, epoch=0)
    now.seconds = 59.9
    assert await cache.get(key()) == replace(PAGE, from_cache=True)
    now.seconds = 60.0
    assert await cache.get(key()) is None
    assert await cache.stand_in(key(), DOWN) == replace(PAGE, from_cache=True, stale=DOWN)
    now.seconds = 659.9
    assert await cache.stand_in(key(), DOWN)
    now.seconds = 660.0
    assert await cache.stand_in(key(), DOWN) is None


async def test_a_page_that_came_in_meanwhile_is_fresh() -> None:
    """One who gave up waiting may find what another's call has brought: that is no old page."""
    cache = PageCache(Clock())
    await cache.put(key(), PAGE, MINUTE, epoch=0)
    assert await cache.stand_in(key(), DOWN) == replace(PAGE, from_cache=True)


async def test_without_stale_nothing_stands_in_and_without_ttl_nothing_is_fresh() -> None:
    """`ttl: 0s` with `stale` is a city that is always asked, and may be stood in for."""
    now = Clock()
    cache = PageCache(now)
    await cache.put(key(1), PAGE, replace_rule(stale=None), epoch=0)
    await cache.put(key(2), PAGE, replace_rule(ttl=timedelta()), epoch=0)
    await cache.put(key(3), PAGE, replace_rule(ttl=timedelta(), stale=None), epoch=0)
    assert [await cache.get(key(n)) is not None for n in (1, 2, 3)] == [True, False, False]
    now.seconds = 60.0
    assert [await cache.stand_in(key(n), DOWN) is not None for n in (1, 2, 3)] == [False, True, False]


def replace_rule(**changes: timedelta | None) -> Cache:
    return MINUTE.model_copy(update=changes)


async def test_a_purge_forgets_both_ages_and_what_was_asked_for_before_it_is_not_kept() -> None:
    """Of that citizen and that city; nobody else's page goes."""
    now = Clock()
    cache = PageCache(now)
    others = [key(subject="s2"), key(subject=None), key(city="elsewhere")]
    for each in (key(1), key(2), *others):
        await cache.put(each, PAGE, MINUTE, epoch=0)
    now.seconds = 61.0
    assert await cache.purge("s1", "testville") == 2
    await cache.put(key(1), PAGE, MINUTE, epoch=0)
    assert [await cache.stand_in(each, DOWN) for each in (key(1), key(2))] == [None, None]
    assert all([await cache.stand_in(each, DOWN) for each in others])


async def test_what_was_asked_for_longest_ago_goes_first_whatever_its_life() -> None:
    """Pages that may stand in for a day must not push out those that are fresh for a minute."""
    cache = PageCache(Clock(), entries=3)
    day = replace_rule(stale=timedelta(days=1))
    for number in (1, 2, 3):
        await cache.put(key(number), PAGE, day, epoch=0)
    await cache.get(key(1))
    for number in (4, 5):
        await cache.put(key(number), PAGE, replace_rule(stale=None), epoch=0)
    assert [n for n in range(1, 6) if await cache.get(key(n))] == [1, 4, 5]


async def test_a_page_past_its_time_does_not_wait_in_memory() -> None:
    """Personal rows are held as long as the channel says and no longer, although nobody asks for them again."""
    now = Clock(SWEEP_SECONDS)
    cache = PageCache(now)
    await cache.put(key(1), PAGE, MINUTE, epoch=0)
    now.seconds += 661.0
    await cache.put(key(2), PAGE, MINUTE, epoch=0)
    assert await cache.purge("s1") == 1
