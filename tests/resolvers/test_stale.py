"""Rows from before: what coverage, provenance, totals, the ledger and a running stream make of them."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from channels.answer import Failure, Page
from channels.failures import failure
from identity.links import Link
from resolvers.asking.connection import walk_page
from resolvers.asking.lists import gathered
from resolvers.asking.question import Question, put, question
from resolvers.asking.single import find_row
from resolvers.asking.standing import note_state
from resolvers.asking.walk import merge_cities
from resolvers.context import Context, Info
from resolvers.coverage import Outcome as Covered
from resolvers.coverage import coverage_row
from resolvers.fields.bills import bill_walk, unpaid_total
from resolvers.fields.subscriptions import application_progress
from resolvers.ids import seal_id
from roaming import Journal, Outcome
from roaming.deliveries import Deliveries
from roaming.ledger import FROM_CACHE
from schema.codes import AccountState, CityOutcome, ErrorCode
from tests.resolvers.simulator import NOW, City, Row, Simulator, citizen, later, request, services, store

DOWN = failure(ErrorCode.BACKEND_UNREACHABLE)
BEFORE = later(seconds=-90)
HOME = "510100"  # chen's, in Chengdu


def bill(number: int, state: str = "UNPAID") -> Row:
    amount = {"amount": f"{number}.00", "currency": "CNY"}
    return {"id": f"b{number}", "kind": "WATER", "state": state, "dueOn": f"2026-11-{30 - number:02}", "amount": amount}


@dataclass
class Failing(City):
    """A city that went down after its first `lasting` pages were read again; the others stand in."""

    lasting: int = 0
    why: Failure = DOWN

    def page(self, position: str | int | None) -> Page:
        page = super().page(position)
        if int(position or 0) < self.lasting:
            return page
        return replace(page, as_of=BEFORE, from_cache=True, stale=self.why)


def info_of(context: Context) -> Info:
    """The field being answered; nothing below it is selected."""
    path = SimpleNamespace(as_list=lambda: ["me", "bills"])
    return cast("Info", SimpleNamespace(context=context, path=path, field_nodes=[]))


async def told(city: City, first: int = 5) -> tuple[Row, Context]:
    """chen's bills at home, and the request."""
    async with store() as database:
        context = request(services(database, {"chengdu": city}), citizen(HOME))
        row, _ = await walk_page(info_of(context), bill_walk(["chengdu"], {}), first=first, after=None)
    return row, context


async def test_the_rows_are_given_and_coverage_says_since_when_and_why() -> None:
    """The answer is whole: no error beside it."""
    row, context = await told(Failing([bill(1), bill(2)]))
    [covered] = row["coverage"]
    assert (covered["outcome"], covered["code"], covered["retryAfter"]) == ("STALE", "BACKEND_UNREACHABLE", 30)
    assert (covered["count"], covered["asOf"]) == (2, "2026-11-22T19:58:30+08:00")
    assert covered["message"]["zh"].startswith("暂时无法连接该城市")
    assert covered["message"]["en"].endswith("Shown is what it answered before; asOf says when.")
    assert {(node["source"]["fromCache"], node["source"]["asOf"]) for node in row["nodes"]} == {(True, covered["asOf"])}
    assert context.errors == []


async def test_one_old_page_among_those_of_now_makes_the_city_stale() -> None:
    """The worst of its pages counts, and the oldest moment; each row keeps its own."""
    row, _ = await told(Failing([bill(n) for n in range(1, 7)], lasting=1), first=6)
    [covered] = row["coverage"]
    assert (covered["outcome"], covered["asOf"]) == ("STALE", "2026-11-22T19:58:30+08:00")
    assert [node["source"]["fromCache"] for node in row["nodes"]] == [False] * 3 + [True] * 3


async def test_a_failure_without_rows_is_worse_than_old_ones() -> None:
    """Of one page there was something to show, of the next there was not."""

    @dataclass
    class Forgetful(Simulator):
        async def call(self, channel: Any, ask: Any, position: Any = None) -> Any:
            return await super().call(channel, ask, position) if position is None else DOWN

    cities = Forgetful({"chengdu": Failing([bill(n) for n in range(1, 7)])})
    async with store() as database:
        context = request(replace(services(database, {}), connections=cast("Any", cities)), citizen(HOME))
        row, _ = await walk_page(info_of(context), bill_walk(["chengdu"], {}), first=6, after=None)
    assert (row["coverage"][0]["outcome"], row["nodes"], len(context.errors)) == ("FAILED", [], 1)


def test_withheld_rows_are_told_beside_old_ones() -> None:
    context = SimpleNamespace(services=SimpleNamespace(listing=SimpleNamespace(cities={"chengdu": {}})))
    covered = Covered(cast("Any", SimpleNamespace(slug="chengdu")), stale=DOWN, dropped=2, as_of=BEFORE)
    row = coverage_row(cast("Any", context), covered, 3)
    assert (row["outcome"], row["dropped"], row["count"]) == ("STALE", 2, 3)


async def test_a_total_counts_what_is_shown() -> None:
    """A FAILED city makes it null; a STALE one has told what it owes, and when."""
    city = Failing([bill(3), bill(4, "PAID"), bill(5)])
    async with store() as database:
        context = request(services(database, {"chengdu": city}), citizen(HOME))
        merged = await merge_cities(context, bill_walk(["chengdu"], {}), None, first=1, whole=True)
    assert unpaid_total(merged) == {"amount": "8.00", "currency": "CNY"}


async def test_lists_that_are_not_merged_tell_it_too() -> None:
    city = Failing([{"kind": "PENSION", "state": "ACTIVE"}] * 4, lasting=1)
    async with store() as database:
        context = request(services(database, {"chengdu": city}), citizen(HOME))
        row = await gathered(info_of(context), "SocialInsuranceAccount", "social.accounts", ["chengdu"])
    assert [(each["outcome"], each["code"], each["count"]) for each in row["coverage"]] == [
        ("STALE", "BACKEND_UNREACHABLE", 4)
    ]
    assert [node["source"]["fromCache"] for node in row["nodes"]] == [False] * 3 + [True]
    assert context.errors == []


async def test_an_object_by_its_id_shows_its_age() -> None:
    async with store() as database:
        context = request(services(database, {"chengdu": Failing([bill(1)])}), citizen(HOME))
        found = await find_row(context, context.channel("chengdu"), "bills.list", "Bill", "b1")
    assert isinstance(found, dict)
    assert (found["source"]["fromCache"], found["source"]["asOf"]) == (True, "2026-11-22T19:58:30+08:00")


@pytest.mark.parametrize("code", [ErrorCode.BACKEND_TIMEOUT, ErrorCode.BACKEND_CIRCUIT_OPEN])
async def test_a_crossing_leaves_the_call_in_vain_and_what_was_shown(code: ErrorCode) -> None:
    """Claims may have left with the call: an answer from before must not hide that from the record."""
    async with store() as database:
        held = services(database, {"deyang": Failing([bill(1)], why=failure(code))})
        context = request(held, citizen(HOME))
        row, _ = await walk_page(info_of(context), bill_walk(["deyang"], {}), first=5, after=None)
    assert row["coverage"][0]["outcome"] == CityOutcome.STALE
    usages = cast("Any", held.ledger).usages
    assert [(usage.outcome, usage.code) for usage in usages] == [(Outcome.FAILED, code.value), (Outcome.OK, FROM_CACHE)]
    assert len({usage.call for usage in usages}) == 2


@pytest.mark.parametrize(
    ("city", "seconds_before", "outcome"),
    [("chengdu", -60, "FAILED"), ("chengdu", 29, "FAILED"), ("chengdu", 31, "STALE"), ("deyang", -60, "STALE")],
)
async def test_what_another_process_sent_since_takes_the_place_of_what_is_kept_here(
    city: str, seconds_before: float, outcome: str
) -> None:
    """Paid at one worker, the city down, asked at the next: it must not show the bill of before as unpaid."""
    async with store() as database:
        context = request(services(database, {"chengdu": Failing([bill(1)])}), citizen(HOME))
        other, citizens_key = Journal(database), context.citizen or ""
        await other.begin(citizens_key, "k" * 16, "digest", at=NOW, mutation="payBill", number="n1")
        sent_at = BEFORE - timedelta(seconds=seconds_before)
        assert await other.send(citizens_key, "n1", city=city, request="", at=sent_at, lease=timedelta(seconds=9))
        row, _ = await walk_page(info_of(context), bill_walk(["chengdu"], {}), first=5, after=None)
        other.leave(citizens_key, "k" * 16, "n1")
    assert (row["coverage"][0]["outcome"], row["coverage"][0]["code"]) == (outcome, "BACKEND_UNREACHABLE")
    assert bool(row["nodes"]) is (outcome == "STALE")


async def test_a_case_that_another_process_delivered_since_counts_as_sent() -> None:
    """Taken in while the city was away, delivered by one worker: another must not show a list from before, without the case."""
    async with store() as database:
        context = request(services(database, {"chengdu": Failing([bill(1)])}), citizen(HOME))
        other, citizens_key = Deliveries(database, "other"), context.citizen or ""
        await other.hold("n1", citizens_key, "chengdu", request="r", told="t", at=BEFORE)
        before, _ = await walk_page(info_of(context), bill_walk(["chengdu"], {}), first=5, after=None)
        await other.take(NOW, 1)
        assert await other.send("n1", at=NOW, lease=timedelta(seconds=9))
        after, _ = await walk_page(info_of(context), bill_walk(["chengdu"], {}), first=5, after=None)
    assert [row["coverage"][0]["outcome"] for row in (before, after)] == ["STALE", "FAILED"]


@pytest.mark.parametrize(("hours", "outcome"), [(23, "STALE"), (25, "FAILED")])
async def test_what_is_older_than_the_journal_remembers_is_not_shown(hours: int, outcome: str) -> None:
    """A write of yesterday is not in the journal any more, however long the channel lets rows stand in."""
    async with store() as database:
        held = services(database, {"chengdu": Failing([bill(1)])})
        context = request(replace(held, clock=lambda: BEFORE + timedelta(hours=hours)), citizen(HOME))
        row, _ = await walk_page(info_of(context), bill_walk(["chengdu"], {}), first=5, after=None)
    assert row["coverage"][0]["outcome"] == outcome


async def test_where_the_journal_cannot_be_read_nothing_from_before_is_shown() -> None:
    """Rows of everybody need no journal; a citizen's own do."""
    async with store() as database:
        context = request(services(database, {"chengdu": Failing([bill(1)])}), citizen(HOME))
        asked = await question(context, context.channel("chengdu"), "bills.list", {})
        nobody = request(context.services)
        public = await question(nobody, nobody.channel("chengdu"), "notices.list", {})
    assert isinstance(asked, Question)
    assert isinstance(public, Question)
    assert await put(context, asked) == DOWN  # the store is closed by now
    assert isinstance(await put(nobody, public), Page)


async def test_an_account_that_the_city_closes_takes_what_was_kept_with_it() -> None:
    """Once, when it becomes known; a repeated refusal forgets nothing that came since."""
    purged: list[tuple[str, str | None]] = []

    class Noting(Simulator):
        async def purge(self, subject: str, city: str | None = None) -> int:
            purged.append((subject, city))
            return 0

    async with store() as database:
        held = replace(services(database, {}), connections=cast("Any", Noting({})))
        context = request(held, citizen(HOME))
        for _ in range(2):
            await note_state(context, context.channel("deyang"), ErrorCode.ACCOUNT_SUSPENDED)
        await note_state(context, context.channel("deyang"), ErrorCode.BACKEND_UNREACHABLE)
        links: dict[str, Link] = dict(await held.links.of(context.citizen or ""))
    assert purged == [(context.citizen, "deyang")]
    assert links["510600"].state is AccountState.SUSPENDED


async def test_a_running_stream_tells_nothing_that_is_older_than_what_it_told() -> None:
    """While the city cannot answer, a look at a case may find less than the last one; that is sat out, not told as news."""

    def case(state: str, **page: Any) -> Page:
        row: Row = {"id": "c1", "caseNo": "DY1", "state": state, "updatedAt": None, "steps": []}
        return replace(Page((row,), 0, None, None, NOW), **page)

    looks = [case("ACCEPTED"), *[case("SUBMITTED", as_of=BEFORE, from_cache=True, stale=DOWN)] * 3, case("COMPLETED")]

    class Looked(Simulator):
        async def call(self, *_: object) -> Page:
            return looks.pop(0)

    told: list[str] = []

    async def impatient(context: Context) -> None:
        """What ends the wait between two looks, over and over."""
        while True:
            context.services.consents.withdrawals.tell(context.citizen or "", "deyang")
            await asyncio.sleep(0)

    async with store() as database:
        held = replace(services(database, {}), connections=cast("Any", Looked({})))
        context = request(held, citizen("510600"))
        waking = asyncio.ensure_future(impatient(context))
        try:
            case_id = seal_id(held.sealer, "Application", "deyang", "c1")
            async with aclosing(application_progress(None, info_of(context), id=case_id)) as rows:
                told += [row["state"] async for row in rows]
        finally:
            waking.cancel()
    assert (told, looks) == (["ACCEPTED", "COMPLETED"], [])
