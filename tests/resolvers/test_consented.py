"""Consent in a decision: read once a request, from the record itself, and deny on doubt."""

import asyncio
from dataclasses import replace
from typing import Any

from channels.answer import Page
from resolvers.asking.question import Question, put, question
from resolvers.asking.single import find_row
from roaming import Consents, Denial, draft
from roaming.shares import share
from schema.codes import ErrorCode
from storage import Database
from tests.resolvers.simulator import NOW, City, citizen, is_failure, request, services, snapshot, store


def held(database: Database, cities: dict[str, City] | None = None) -> Any:
    """Services whose consents are the database's own."""
    return replace(services(database, cities or {}), consents=Consents(database))


async def granted(context: Any, city: str, *codes: str, claims: tuple[str, ...] = ("PAIRWISE_ID",)) -> Any:
    channel = context.channel(city)
    shares = [share(snapshot(), channel, context.home, code, NOW.date()) for code in codes]
    terms = draft(channel, context.home, shares, claims)
    return await context.services.consents.grant(context.citizen, terms, days=9, at=NOW)


async def test_a_citizen_who_consented_to_nothing_crosses_no_border() -> None:
    """And no claim is looked up for them."""
    async with store() as database:
        context = request(held(database), citizen("510600"))
        denied = await question(context, context.channel("chengdu"), "bills.list", {})
    assert isinstance(denied, Denial)
    assert (denied.code, denied.consent and denied.consent.services) == (
        ErrorCode.CONSENT_REQUIRED,
        ("WATER-QUERY",),
    )


async def test_at_home_and_for_public_information_no_consent_is_asked_for() -> None:
    async with store() as database:
        context = request(held(database), citizen("510600"))
        for city, operation in (("deyang", "bills.list"), ("chengdu", "notices.list"), ("chengdu", "venues.list")):
            asked = await question(context, context.channel(city), operation, {})
            assert isinstance(asked, Question), (city, operation)
    assert context.consents.found is None


async def test_the_consents_are_read_once_for_a_whole_fan_out() -> None:
    """Four cities abroad are one reading."""
    async with store() as database:
        context = request(held(database), citizen("510600"))
        await granted(context, "chengdu", "WATER-QUERY")
        readings = CountedConsents(database)
        context.services = replace(context.services, consents=readings)
        async with asyncio.TaskGroup() as group:
            asking = [
                group.create_task(question(context, context.channel(city), "bills.list", {}))
                for city in ("chengdu", "meishan", "mianyang", "ziyang")
            ]
    assert readings.count == 1
    assert [isinstance(each.result(), Question) for each in asking] == [True, False, False, False]


class CountedConsents(Consents):
    """Consents that count how often they are read."""

    count = 0

    async def of(self, citizen: str) -> Any:
        self.count += 1
        return await super().of(citizen)


async def test_what_another_process_took_back_is_gone_at_the_next_request() -> None:
    """Two stores over one file stand for two processes: no copy in memory outlives the record."""
    async with store() as database, await Database.open(database.path) as elsewhere:
        services_here = held(database)
        first = request(services_here, citizen("510600"))
        consent = await granted(first, "chengdu", "WATER-QUERY")
        assert isinstance(await question(first, first.channel("chengdu"), "bills.list", {}), Question)
        await Consents(elsewhere).revoke(first.citizen or "", consent.id, at=NOW)
        following = request(services_here, citizen("510600"))
        denied = await question(following, following.channel("chengdu"), "bills.list", {})
    assert isinstance(denied, Denial)
    assert denied.code is ErrorCode.CONSENT_REQUIRED


async def test_while_the_record_cannot_be_read_nothing_is_sent() -> None:
    """Deny on doubt, with a code that says to come back."""
    async with store() as database:
        context = request(held(database), citizen("510600"))
        await granted(context, "chengdu", "WATER-QUERY")
        await database.aclose()
        failed = await question(context, context.channel("chengdu"), "bills.list", {})
    assert is_failure(failed, ErrorCode.STORE_UNAVAILABLE)


async def test_another_citizens_consent_opens_nothing() -> None:
    async with store() as database:
        services_here = held(database)
        mine = request(services_here, citizen("510600", "me"))
        await granted(mine, "chengdu", "WATER-QUERY")
        theirs = request(services_here, citizen("510600", "you"))
        assert isinstance(await question(theirs, theirs.channel("chengdu"), "bills.list", {}), Denial)


async def test_an_object_of_a_kind_that_was_not_consented_to_is_not_found() -> None:
    """Mianyang's gas bill by its id, with a consent to water."""
    bills = City([{"id": "w", "kind": "WATER"}, {"id": "g", "kind": "GAS"}])
    async with store() as database:
        context = request(held(database, {"mianyang": bills}), citizen("510600"))
        await granted(context, "mianyang", "WATER-QUERY")
        channel = context.channel("mianyang")
        assert await find_row(context, channel, "bills.list", "Bill", "w")
        assert await find_row(context, channel, "bills.list", "Bill", "g") is None


async def test_a_withdrawal_wakes_who_waits_for_that_city_and_nobody_else() -> None:
    """A subscription sleeps half a minute between two looks; the withdrawal does not."""
    async with store() as database, asyncio.timeout(10):
        context = request(held(database), citizen("510600"))
        consents, me = context.services.consents, context.citizen or ""
        consent = await granted(context, "chengdu", "WATER-QUERY")
        async with asyncio.TaskGroup() as group:
            woken = group.create_task(consents.withdrawals.wait(me, "chengdu", 3_600))
            other = group.create_task(consents.withdrawals.wait(me, "meishan", 3_600))
            await asyncio.sleep(0)  # both are waiting now
            await consents.revoke(me, consent.id, at=NOW)
            await woken
            assert not other.done()
            other.cancel()


async def test_a_withdrawal_in_another_process_purges_and_wakes_here() -> None:
    """What the watcher does, over one file opened twice."""
    purged: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def purge(citizen: str, city: str) -> None:
        purged.put_nowait((citizen, city))

    async with store() as database, await Database.open(database.path) as elsewhere, asyncio.timeout(10):
        context = request(held(database), citizen("510600"))
        consents, me = context.services.consents, context.citizen or ""
        consent = await granted(context, "chengdu", "WATER-QUERY")
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(consents.withdrawals.watch(purge))
            waiting = group.create_task(consents.withdrawals.wait(me, "chengdu", 3_600))
            while consents.withdrawals.seen is None:  # its first look
                await database.row("SELECT 1")
            await Consents(elsewhere).revoke(me, consent.id, at=NOW)
            assert await purged.get() == (me, "chengdu")
            await waiting
            watching.cancel()


async def test_a_withdrawal_stops_a_question_that_was_decided_but_not_yet_put() -> None:
    """A request lives for seconds (its claims may be slow to come); the withdrawal takes effect within one."""
    async with store() as database:
        context = request(held(database, {"chengdu": City([{"id": "w", "kind": "WATER"}])}), citizen("510600"))
        consent = await granted(context, "chengdu", "WATER-QUERY")
        asked = await question(context, context.channel("chengdu"), "bills.list", {})
        assert isinstance(asked, Question)
        await context.services.consents.revoke(context.citizen or "", consent.id, at=NOW)
        assert is_failure(await put(context, asked), ErrorCode.CONSENT_REQUIRED)
        assert context.services.connections.asked == []
        assert [(each.outcome, each.code) for each in context.services.ledger.usages] == [
            ("DENIED", "CONSENT_REQUIRED")
        ]


async def test_a_withdrawal_of_another_consent_stops_nothing() -> None:
    async with store() as database:
        context = request(held(database, {"chengdu": City([{"id": "w", "kind": "WATER"}])}), citizen("510600"))
        await granted(context, "chengdu", "WATER-QUERY")
        other = await granted(context, "chengdu", "SI-QUERY")
        asked = await question(context, context.channel("chengdu"), "bills.list", {})
        assert isinstance(asked, Question)
        await context.services.consents.revoke(context.citizen or "", other.id, at=NOW)
        assert isinstance(await put(context, asked), Page)
