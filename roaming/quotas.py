"""How often the border may be crossed under an agreement: by a citizen, an app, a city, and altogether.

1. Windows are fixed: the Asia/Shanghai day and the minute of the moment that is passed.
2. A crossing counts against every limit of its agreement, or against none: all are looked at before any is counted. Of several
   workers that race for the last crossing one gets it.
3. What cannot be counted is not crossed (`QuotasUnreadable`): deny on doubt.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter

from channels.declared.agreements import Agreement

from .counts import ANSWER_SECONDS, FAULTS, Memory

CHINA = ZoneInfo("Asia/Shanghai")
Pair = Mapping[str, str]  # a text in `zh` and `en`


class QuotasUnreadable(Exception):
    """The counts cannot be read or written now. Internal: the text names the fault, never a key."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Who crosses: a citizen of the city `consumer`, known by their key, through an app (empty: one without a name)."""

    agreement: Agreement
    consumer: str
    citizen: str
    app: str


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit in its present window. `name` is the quota's in the file; `ends_in` seconds until the next window."""

    name: str
    item: RateLimitItem
    key: tuple[str, ...]
    ends_in: int


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A limit that is used up, and the seconds until the border opens again."""

    agreement_id: str
    name: str
    amount: int
    retry_after: int

    @property
    def text(self) -> Pair:
        """The limit in words."""
        zh, en = WORDS[self.name]
        number, amount, wait = self.agreement_id, self.amount, self.retry_after
        return {
            "zh": f"漫游协议 {number} 限{zh} {amount} 次,已用完,请在 {wait} 秒后再试。",
            "en": f"The roaming agreement {number} allows {amount} calls {en}; they are used up, try again in {wait} s.",
        }


WORDS = {
    "per_citizen_per_day": ("每位市民每天", "a day to each citizen"),
    "per_app_per_minute": ("每个应用每分钟", "a minute to each app"),
    "per_app_per_day": ("每个应用每天", "a day to each app"),
    "per_city_per_minute": ("每个城市每分钟", "a minute to the citizens of a city"),
    "per_day": ("每天总共", "a day altogether"),
}


def limits_of(crossing: Crossing, at: datetime) -> tuple[Limit, ...]:
    """The limits that a crossing at the moment `at` counts against, the narrowest first."""
    who = {
        "per_citizen_per_day": crossing.citizen,
        "per_app_per_minute": crossing.app,
        "per_app_per_day": crossing.app,
        "per_city_per_minute": crossing.consumer,
        "per_day": "",
    }
    quota, local = crossing.agreement.quota, at.astimezone(CHINA)
    return tuple(
        _limit(crossing.agreement.id, name, amount, one, local)
        for name, one in who.items()
        if (amount := getattr(quota, name)) is not None
    )


def _limit(agreement: str, name: str, amount: int, who: str, local: datetime) -> Limit:
    """`local`: the moment in the cities' time zone."""
    item = (RateLimitItemPerMinute if name.endswith("_per_minute") else RateLimitItemPerDay)(amount)
    if name.endswith("_per_minute"):
        start = local.replace(second=0, microsecond=0)
        end = start + timedelta(minutes=1)
    else:
        start = local.replace(hour=0, minute=0, second=0, microsecond=0)
        end = start + timedelta(days=1)
    ends_in = int(-(-(end - local).total_seconds() // 1))
    return Limit(name, item, (agreement, name, who, start.isoformat(timespec="minutes")), max(ends_in, 1))


class Quotas:
    """The counts behind a `limits` storage. Methods raise QuotasUnreadable."""

    def __init__(self, storage: Storage | None = None) -> None:
        self._limiter = FixedWindowRateLimiter(storage or Memory())

    async def spend(self, crossing: Crossing, at: datetime) -> Exceeded | None:
        """Count one crossing; where a limit is used up, count nothing and tell which."""
        limits = limits_of(crossing, at)
        if not limits:
            return None
        async with _answering():
            if spent := await self._spent(limits):
                return _exceeded(crossing, spent)
            for limit in limits:
                if not await self._limiter.hit(limit.item, *limit.key):  # another worker was faster
                    return _exceeded(crossing, [limit])
        return None

    async def left(self, crossing: Crossing, at: datetime) -> Exceeded | None:
        """What `spend` would say now; counts nothing."""
        async with _answering():
            spent = await self._spent(limits_of(crossing, at))
        return _exceeded(crossing, spent) if spent else None

    async def _spent(self, limits: Sequence[Limit]) -> list[Limit]:
        return [limit for limit in limits if not await self._limiter.test(limit.item, *limit.key)]


def _exceeded(crossing: Crossing, spent: Sequence[Limit]) -> Exceeded:
    """Of several the one that lasts longest: before it ends, nothing crosses."""
    last = max(spent, key=lambda limit: limit.ends_in)
    return Exceeded(crossing.agreement.id, last.name, last.item.amount, last.ends_in)


@asynccontextmanager
async def _answering() -> AsyncIterator[None]:
    """A block whose every fault of the storage is QuotasUnreadable, in bounded time."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            yield
    except FAULTS as fault:
        raise QuotasUnreadable(f"quotas cannot be counted: {type(fault).__name__}") from fault
