"""What a request costs of the quotas: once for each city and operation, and only where the border is really crossed."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from channels.answer import Failure
from channels.declared.agreements import Quota
from resolvers import Context, Services
from resolvers.asking.spending import spend
from resolvers.fields.sharing import effective
from roaming import Consent, Denial, Grant, Share, authorize
from roaming.quotas import Crossing, Exceeded, Quotas, QuotasUnreadable
from roaming.shares import share
from schema.codes import ErrorCode, ShareDenial
from tests.resolvers.simulator import City, Consenting, citizen, request, services, snapshot

OPERATION = "bills.list"


class Away:
    """Counts that cannot be reached."""

    async def spend(self, crossing: Crossing, at: datetime) -> Exceeded | None:
        raise QuotasUnreadable("quotas cannot be counted: ConnectionError")

    async def left(self, crossing: Crossing, at: datetime) -> Exceeded | None:
        raise QuotasUnreadable("quotas cannot be counted: ConnectionError")


def held(quotas: Mapping[str, Quota]) -> Services:
    """The project's own cities, some agreements with other quotas."""
    agreements = tuple(
        each.model_copy(update={"quota": quotas.get(each.id, Quota())}) for each in snapshot().agreements
    )
    made = services(None, {"deyang": City(), "mianyang": City()})
    return replace(made, snapshot=replace(made.snapshot, agreements=agreements))


def granted(context: Context, slug: str, operation: str = OPERATION) -> Grant:
    found = authorize(context.snapshot, context.channel(slug), operation, context.home, context.today)
    assert isinstance(found, Grant)
    return found


async def spent(context: Context, slug: str = "deyang", operation: str = OPERATION) -> Grant | Denial | Failure:
    return await spend(context, context.channel(slug), operation, granted(context, slug, operation))


async def test_a_request_counts_once_however_often_it_asks_the_city() -> None:
    """Aliases and pages of one request are one crossing; the next request is the next one."""
    made = held({"2026-002": Quota(per_citizen_per_day=2)})
    for verdict in (Grant, Grant, Denial):
        context = request(made, citizen("510100"))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(spent(context)) for _ in range(5)]
        assert [isinstance(task.result(), verdict) for task in tasks] == [True] * 5


async def test_the_denial_tells_when_to_come_back() -> None:
    made = held({"2026-002": Quota(per_citizen_per_day=1)})
    assert isinstance(await spent(request(made, citizen("510100"))), Grant)
    denied = await spent(request(made, citizen("510100")))
    assert denied == Denial(ErrorCode.QUOTA_EXCEEDED)
    assert isinstance(denied, Denial)
    assert (denied.retry_after, denied.agreement_id) == (4 * 3600, "2026-002")  # it is 20:00 in Shanghai
    assert "2026-002" in (denied.reason or {})["zh"]


async def test_a_round_of_a_subscription_counts_like_a_request() -> None:
    made = held({"2026-002": Quota(per_citizen_per_day=2)})
    context = request(made, citizen("510100"))
    verdicts = []
    for _ in range(3):
        verdicts.append(isinstance(await spent(context), Grant))
        context.renew()
    assert verdicts == [True, True, False]


async def test_operations_and_cities_are_counted_each() -> None:
    made = held({"2026-002": Quota(per_citizen_per_day=2), "2026-007": Quota(per_citizen_per_day=1)})
    context = request(made, citizen("510100"))
    assert isinstance(await spent(context, "deyang"), Grant)
    assert isinstance(await spent(context, "deyang", "bills.pay"), Grant)
    assert isinstance(await spent(context, "mianyang"), Grant)
    assert isinstance(await spent(request(made, citizen("510100")), "deyang"), Denial)


async def test_home_and_public_information_cost_nothing() -> None:
    made = held({each.id: Quota(per_day=1) for each in snapshot().agreements})
    for _ in range(3):
        assert isinstance(await spent(request(made, citizen("510600"))), Grant)
        assert isinstance(await spent(request(made, citizen("510100")), "mianyang", "notices.list"), Grant)
    assert isinstance(await spent(request(made, citizen("510100"))), Grant)


async def test_an_agreement_that_is_used_up_takes_its_own_kinds_and_leaves_the_others() -> None:
    """Water rests on one agreement, gas on another."""
    base = next(each for each in snapshot().agreements if each.id == "2026-007")
    water, gas = (
        base.model_copy(update={"id": number, "services": (code,), "quota": quota})
        for number, code, quota in (("W", "WATER-QUERY", Quota(per_citizen_per_day=1)), ("G", "GAS-QUERY", Quota()))
    )
    made = services(None, {"mianyang": City()})
    made = replace(made, snapshot=replace(made.snapshot, agreements=(water, gas)))
    first, second = [await spent(request(made, citizen("510100")), "mianyang") for _ in range(2)]
    assert isinstance(first, Grant)
    assert isinstance(second, Grant)
    assert (first.kinds, first.agreements) == (frozenset({"WATER", "GAS"}), ("W", "G"))
    assert (second.kinds, second.agreements, second.agreement_id) == (frozenset({"GAS"}), ("G",), "G")


async def test_counts_that_cannot_be_reached_let_nothing_through() -> None:
    """And say so, as the gateway's own fault, with a time to try again."""
    made = replace(held({"2026-002": Quota(per_day=9)}), quotas=cast("Quotas", Away()))
    failed = await spent(request(made, citizen("510100")))
    assert isinstance(failed, Failure)
    assert failed.code is ErrorCode.STORE_UNAVAILABLE


def shared(context: Context, at: Any = None) -> Share:
    return share(context.snapshot, context.channel("deyang"), "chengdu", "WATER-QUERY", at or context.today)


async def test_a_share_tells_its_own_citizen_of_a_quota_that_is_used_up() -> None:
    """And nobody else: another city's citizen is told what the agreement opens."""
    made = held({"2026-002": Quota(per_citizen_per_day=1)})
    mine, other = request(made, citizen("510100")), request(made, citizen("510700"))
    assert (await effective(mine, mine.channel("deyang"), "chengdu", shared(mine))).allowed
    assert isinstance(await spent(mine), Grant)
    told = await effective(mine, mine.channel("deyang"), "chengdu", shared(mine))
    assert (told.allowed, told.reason) == (False, ShareDenial.QUOTA_EXCEEDED)
    assert (await effective(other, other.channel("deyang"), "chengdu", shared(other))).allowed
    away = replace(made, quotas=cast("Quotas", Away()))
    doubted = request(away, citizen("510100"))
    found = await effective(doubted, doubted.channel("deyang"), "chengdu", shared(doubted))
    assert (found.allowed, found.reason) == (False, ShareDenial.QUOTA_EXCEEDED)


async def test_a_share_is_refused_without_the_citizens_consent() -> None:
    class Unasked(Consenting):
        async def of(self, citizen: str) -> tuple[Consent, ...]:
            return ()

    made = replace(held({}), consents=Unasked(cast("Any", None)))
    mine = request(made, citizen("510100"))
    told = await effective(mine, mine.channel("deyang"), "chengdu", shared(mine))
    assert (told.allowed, told.reason) == (False, ShareDenial.CONSENT_REQUIRED)
    assert told.text
