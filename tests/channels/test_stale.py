"""Pages that stand in for a city that is not able to answer: when, for whom, and never past what the city has said since."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from channels.answer import Failure, Page
from channels.calls.cache import PageCache
from channels.calls.connections import Connections
from schema.codes import ErrorCode
from tests.channels.loopback import (
    BILL,
    BILLS,
    NOW,
    PAID,
    PAY,
    Asked,
    City,
    connected,
    http,
    question,
    served,
    snapshot,
)
from tests.channels.test_cache import Clock

RULE = {"ttl": "60s", "scope": "citizen", "stale": "10m"}
OPERATIONS = {"bills.list": {**BILLS, "cache": RULE}, "bills.pay": PAY}
ERRORS = [
    {"code": "LIMIT", "to": "RATE_LIMITED", "retry_after": "7s"},
    {"code": "PAUSE", "to": "CHANNEL_PAUSED"},
    {"code": "NONE", "to": "NOT_FOUND"},
    {"code": "UNLINKED", "to": "ACCOUNT_NOT_LINKED"},
]
ENVELOPE = {"ok": "!code", "code": "code"}
BACKEND = {"errors": ERRORS, "envelope": ENVELOPE, "timeout": {"connect": "1s", "total": "150ms"}}
ROWS = http({"rows": [BILL]})


def said(code: str) -> bytes:
    return http({"code": code})


@dataclass
class Moody:
    """A city that gives `answer`; None: it takes the question and stays silent."""

    answer: bytes | None = ROWS
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes | None:
        if asked.method == "PUT":
            return http(PAID)
        if self.answer is None:
            await self.gate.wait()
        return self.answer


@dataclass
class Asking:
    """One city, one gateway, one clock."""

    call: Any
    city: City
    mood: Moody
    now: Clock

    async def aged(self, seconds: float = 61.0) -> Page:
        """The first page, which is then so old."""
        page: Page = await self.call()
        assert not page.from_cache
        self.now.seconds += seconds
        return page


@asynccontextmanager
async def asking(operations: Any = OPERATIONS, backend: Any = BACKEND) -> AsyncIterator[Asking]:
    mood, now = Moody(), Clock()
    async with served(mood) as city:
        held = snapshot(city.url, operations=operations, backend=backend)
        async with connected(held, cache=PageCache(now)) as call:
            yield Asking(call, city, mood, now)


@pytest.mark.parametrize(
    ("answer", "code", "retry_after"),
    [
        (http("", status=503), ErrorCode.BACKEND_UNREACHABLE, 30),
        (http("<html>", content_type="text/html"), ErrorCode.BACKEND_CONTRACT_BROKEN, None),
        (None, ErrorCode.BACKEND_TIMEOUT, 10),
        (said("LIMIT"), ErrorCode.RATE_LIMITED, 7),
        (said("PAUSE"), ErrorCode.CHANNEL_PAUSED, 600),
    ],
    ids=lambda value: value if isinstance(value, ErrorCode) else "",
)
async def test_a_city_that_cannot_answer_is_stood_in_for(
    answer: bytes | None, code: ErrorCode, retry_after: int | None
) -> None:
    """The page as it was, with its first time and with why; the city was asked, and the failure counts as one."""
    async with asking() as at:
        first = await at.aged()
        at.mood.answer = answer
        page = await at.call()
        assert (page.rows, page.as_of, page.from_cache) == (first.rows, first.as_of, True)
        assert (page.stale.code, page.stale.retry_after) == (code, retry_after)
        assert len(at.city.asked) == 2
        [(_, _, calls)] = at.call.connections.metrics.counted()
        assert (calls.outcomes[code.value], calls.outcomes["OK"]) == (1, 1)


@pytest.mark.parametrize("answer", [said("NONE"), said("UNLINKED"), said("SOMETHING"), http("", status=403)])
async def test_a_refusal_is_the_truth_now_and_also_later(answer: bytes) -> None:
    """What the city says now is told; and when it falls silent after that, nothing from before its refusal comes back."""
    async with asking() as at:
        await at.aged()
        at.mood.answer = answer
        refused = await at.call()
        assert isinstance(refused, Failure)
        at.mood.answer = http("", status=503)
        assert (await at.call()).code is ErrorCode.BACKEND_UNREACHABLE


async def test_past_ttl_and_stale_nothing_stands_in() -> None:
    async with asking() as at:
        await at.aged(661.0)
        at.mood.answer = http("", status=503)
        assert (await at.call()).code is ErrorCode.BACKEND_UNREACHABLE


async def test_without_stale_nothing_stands_in() -> None:
    rule = {name: value for name, value in RULE.items() if name != "stale"}
    async with asking({"bills.list": {**BILLS, "cache": rule}}) as at:
        await at.aged()
        at.mood.answer = http("", status=503)
        assert (await at.call()).code is ErrorCode.BACKEND_UNREACHABLE


async def test_the_city_back_again_is_asked_and_believed() -> None:
    """A page that stood in is not made young by it."""
    async with asking() as at:
        await at.aged()
        at.mood.answer = http("", status=503)
        assert (await at.call()).stale
        at.now.seconds = 659.0
        assert (await at.call()).stale
        at.mood.answer = ROWS
        fresh = await at.call()
        assert (fresh.stale, fresh.from_cache) == (None, False)
        assert len(at.city.asked) == 4


async def test_only_the_same_citizen_and_question_are_given_the_page() -> None:
    async with asking() as at:
        await at.aged()
        at.mood.answer = http("", status=503)
        others: list[dict[str, Any]] = [
            {"subject": "s2", "claims": {"pairwise_id": "p2"}},
            {"args": {"kinds": ["GAS"]}},
            {"assurance": "IN_PERSON"},
            {"subject": None},
        ]
        for other in others:
            assert (await at.call(**other)).code is ErrorCode.BACKEND_UNREACHABLE
        assert (await at.call()).stale


async def test_an_argument_that_is_null_asks_nothing_else() -> None:
    """A list with an empty filter and an object of it by id are one question to the city."""
    async with asking() as at:
        await at.aged()
        at.mood.answer = http("", status=503)
        assert (await at.call(args={"kinds": None, "states": None})).stale


async def test_after_a_write_or_a_purge_nothing_from_before_stands_in() -> None:
    """Paid, and the city down: the bill of before is not shown as unpaid. The same when a consent was taken back."""

    async def pay(at: Asking) -> None:
        assert isinstance(await at.call("bills.pay", args={"billId": "b1"}), Page)

    async def purge(at: Asking) -> None:
        assert await at.call.connections.purge("s1", "testville") == 1

    for change in (pay, purge):
        async with asking() as at:
            await at.aged()
            await change(at)
            at.mood.answer = http("", status=503)
            assert (await at.call()).code is ErrorCode.BACKEND_UNREACHABLE


async def test_a_read_that_was_under_way_during_a_purge_is_given_nothing_from_before() -> None:
    """It fails after the purge, and what it might have stood on is gone."""
    async with asking() as at:
        await at.aged()
        at.mood.answer = None
        reading = asyncio.ensure_future(at.call())
        await at.city.has_been_asked(2)
        await at.call.connections.purge("s1")
        assert (await reading).code is ErrorCode.BACKEND_TIMEOUT


async def test_a_write_is_never_stood_in_for() -> None:
    """Whatever its channel file says: its answer is of one time only."""
    pay = {**PAY, "cache": RULE}
    async with asking({"bills.pay": pay}) as at:
        first = await at.call("bills.pay", args={"billId": "b1"})
        at.now.seconds += 61.0
        second = await at.call("bills.pay", args={"billId": "b1"})
        assert (first.from_cache, second.from_cache, len(at.city.asked)) == (False, False, 2)


async def test_a_silent_city_costs_its_own_budget_and_a_spent_request_costs_nothing() -> None:
    """The old page comes when `timeout.total` is over; where no time is left at all it comes at once, and nobody is asked."""
    async with asking() as at:
        await at.aged()
        at.mood.answer = None
        began = asyncio.get_running_loop().time()
        assert (await at.call()).stale.code is ErrorCode.BACKEND_TIMEOUT
        assert 0.1 < asyncio.get_running_loop().time() - began < 1.0
        assert (await at.call(seconds=-1)).stale.code is ErrorCode.BACKEND_TIMEOUT
        assert len(at.city.asked) == 2


async def test_an_open_circuit_costs_neither_time_nor_a_call() -> None:
    """While the breaker leaves the city alone, old rows come at once, and say so."""
    async with asking(backend={**BACKEND, "breaker": {"window": 2, "failure_rate": 0.5, "open": "30s"}}) as at:
        await at.aged()
        at.mood.answer = http("", status=503)
        assert (await at.call()).stale.code is ErrorCode.BACKEND_UNREACHABLE
        page = await at.call()
        assert (page.stale.code, len(page.rows)) == (ErrorCode.BACKEND_CIRCUIT_OPEN, 1)
        assert 0 < page.stale.retry_after <= 30
        assert len(at.city.asked) == 2


async def test_all_who_wait_for_the_same_question_are_given_the_page() -> None:
    """Also the one whose own time was shorter than the call's."""
    async with asking() as at:
        await at.aged()
        at.mood.answer = None
        async with asyncio.TaskGroup() as group:
            waiting = [group.create_task(at.call(seconds=seconds)) for seconds in (5, 5, 0.05)]
        assert all(task.result().stale for task in waiting)
        assert len(at.city.asked) == 2


async def test_what_a_reader_adds_to_an_old_row_stays_with_that_reader() -> None:
    async with asking() as at:
        await at.aged()
        at.mood.answer = http("", status=503)
        (await at.call()).rows[0]["id"] = "changed"
        assert (await at.call()).rows[0]["id"] == "b1"


async def test_a_page_with_withheld_rows_neither_stands_in_nor_takes_the_place_of_a_whole_one() -> None:
    async with asking() as at:
        at.mood.answer = http({"rows": [BILL, {**BILL, "id": None}]})
        await at.aged()
        at.mood.answer = http("", status=503)
        assert (await at.call()).code is ErrorCode.BACKEND_UNREACHABLE


async def test_what_may_stand_in_lives_on_in_the_next_snapshot_of_the_same_files() -> None:
    """A reload of others' files costs a city nothing; its own new edition begins without a past."""
    now = Clock()
    async with served(mood := Moody()) as city:
        held = snapshot(city.url, operations=OPERATIONS, backend=BACKEND)
        channel = replace(held.channels["testville"], stamp="e1")
        edited = replace(channel, stamp="e2")
        first, same, other = (
            replace(held, version=f"v{n}", channels={"testville": each})
            for n, each in enumerate((channel, channel, edited))
        )
        async with Connections(first, lambda: NOW, cache=PageCache(now)) as connections:
            await connections.call(channel, question())
            now.seconds, mood.answer = 61.0, http("", status=503)
            for following, stands_in in ((same, True), (other, False)):
                async with connections.following(following) as after:
                    answer = await after.call(following.channels["testville"], question())
                    assert bool(getattr(answer, "stale", None)) is stands_in


@pytest.mark.parametrize("name", ["requests.outcome", "local.score"])
def test_rows_without_a_source_that_would_tell_their_age_do_not_outlive_their_ttl(name: str) -> None:
    """What became of a payment must never be told from before; a city's own field has no place for an age."""
    operation = {
        "backend": "api",
        "request": {"method": "GET", "path": "/"},
        "response": {"map": {"state": {"value": "ABSENT"}}},
        "cache": RULE,
    }
    field_name = name.removeprefix("local.")
    parts: dict[str, Any] = {"operations": {}, "local": {field_name: operation}}
    held = snapshot("http://127.0.0.1:1", **(parts if name != field_name else {"operations": {name: operation}}))
    kept = held.channels["testville"].operations[name].cache
    assert kept is not None
    assert (kept.ttl.total_seconds(), kept.stale) == (60.0, None)
