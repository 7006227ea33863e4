"""What the ledger gets of each call, and what a citizen is told while it can get nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from channels.answer import Failure, Page
from channels.declared.agreements import Quota
from channels.failures import failure
from resolvers.asking.question import Question, put, question
from resolvers.context import Context
from roaming import Consents, Denial, Outcome, Usage
from roaming.ledger import FROM_CACHE, SETTLED
from schema.codes import ErrorCode
from tests.resolvers.simulator import NOW, Book, City, citizen, request, services, store

READ, WRITE, CITY, HOME = "bills.list", "applications.submit", "deyang", "510100"
PAGE = Page((), 0, None, None, NOW)


def book_of(context: Context) -> Book:
    return cast("Book", context.services.ledger)


def told(usage: Usage) -> tuple[str, str, Outcome, str | None]:
    return usage.visited, usage.operation, usage.outcome, usage.code


class Line:
    """The way to the cities, which gives one answer, after `meanwhile`."""

    def __init__(self, answer: Page | Failure, meanwhile: Callable[[], Awaitable[object]] | None = None) -> None:
        self.answer, self.meanwhile, self.asked = answer, meanwhile, 0

    async def call(self, *_: object) -> Page | Failure:
        self.asked += 1
        if self.meanwhile:
            await self.meanwhile()
        return self.answer


async def crossing(line: Line, operation: str = READ, number: str | None = None) -> tuple[Context, Any]:
    """chen's question to Deyang, and the answer; the kinds and arguments do not matter here."""
    async with store() as database:
        held = replace(services(database, {CITY: City()}), connections=cast("Any", line))
        context = request(held, citizen(home=HOME))
        asked = await question(context, context.channel(CITY), operation, {}, idempotency_key=number)
        return context, await put(context, asked) if isinstance(asked, Question) else asked


async def test_a_call_is_recorded_with_what_it_rests_on() -> None:
    context, _ = await crossing(Line(PAGE))
    [usage] = book_of(context).usages
    assert told(usage) == ("510600", READ, Outcome.OK, None)
    assert (usage.home, usage.agreement is not None, usage.purpose is not None) == (HOME, True, True)
    assert context.citizen not in (usage.subject, usage.call)
    assert context.viewer.subject not in repr(usage)


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        (replace(PAGE, from_cache=True), Outcome.OK, FROM_CACHE),
        (failure(ErrorCode.BACKEND_TIMEOUT), Outcome.FAILED, "BACKEND_TIMEOUT"),
        (failure(ErrorCode.OUTCOME_UNKNOWN), Outcome.UNKNOWN, "OUTCOME_UNKNOWN"),
    ],
)
async def test_every_end_of_a_call_is_told(answer: Page | Failure, outcome: Outcome, code: str) -> None:
    context, given = await crossing(Line(answer))
    assert told(book_of(context).usages[0]) == ("510600", READ, outcome, code)
    assert given is answer


async def test_a_refusal_is_recorded_and_asks_nobody() -> None:
    line = Line(PAGE)
    async with store() as database:
        held = replace(services(database, {}), connections=cast("Any", line))
        context = request(held, citizen(home="510600"))
        denial = await question(context, context.channel("ziyang"), "social.accounts", {})
    assert isinstance(denial, Denial)
    assert told(book_of(context).usages[0]) == ("512000", "social.accounts", Outcome.DENIED, denial.code.value)
    assert line.asked == 0


async def test_a_refusal_names_what_it_would_have_rested_on() -> None:
    """Whoever was turned away for want of a consent, or by a used-up quota, was so under an agreement."""
    async with store() as database:
        held = services(database, {})
        nothing = request(replace(held, consents=Consents(database)), citizen(home=HOME))
        quota = Quota.model_validate({"per_citizen_per_day": 1})
        agreements = tuple(each.model_copy(update={"quota": quota}) for each in held.snapshot.agreements)
        scarce = replace(held, snapshot=replace(held.snapshot, agreements=agreements))
        first, second = (request(scarce, citizen(home=HOME)) for _ in range(2))
        for context in (nothing, first, second):
            await question(context, context.channel(CITY), READ, {})
        unconsented, used_up = book_of(nothing).usages
    assert (unconsented.code, used_up.code) == ("CONSENT_REQUIRED", "QUOTA_EXCEEDED")
    ground = next(each for each in held.snapshot.agreements if each.id == "2026-002")
    for usage in (unconsented, used_up):
        assert (usage.outcome, usage.agreement, usage.purpose) == (Outcome.DENIED, ground.id, ground.purpose)
    assert (unconsented.consent, used_up.consent is not None) == (None, True)


async def test_nobody_and_a_citizen_at_home_leave_no_record() -> None:
    async with store() as database:
        held = services(database, {CITY: City()})
        for viewer in (citizen(home="510600"), None):
            context = request(held, viewer)
            asked = await question(context, context.channel(CITY), READ, {})
            if isinstance(asked, Question):
                await put(context, asked)
            assert book_of(context).usages == []


@pytest.mark.parametrize(("operation", "number"), [(READ, None), (WRITE, "n1")])
async def test_while_nothing_can_be_recorded_no_city_is_asked(operation: str, number: str | None) -> None:
    """Fail closed: reads and mutations alike."""
    line = Line(PAGE)
    async with store() as database:
        held = replace(services(database, {CITY: City()}), connections=cast("Any", line))
        cast("Book", held.ledger).shut = True
        context = request(held, citizen(home=HOME))
        denial = await question(context, context.channel(CITY), operation, {}, idempotency_key=number)
    assert isinstance(denial, Denial)
    assert denial.code is ErrorCode.LEDGER_UNAVAILABLE
    assert line.asked == 0


async def shut_meanwhile(answer: Page | Failure, operation: str, number: str | None) -> Page | Failure:
    """The ledger fails while the city is asked; what the citizen is told."""
    line = Line(answer)
    async with store() as database:
        held = replace(services(database, {CITY: City()}), connections=cast("Any", line))
        book = cast("Book", held.ledger)

        async def shut() -> None:
            book.shut = True

        line.meanwhile = shut
        context = request(held, citizen(home=HOME))
        asked = await question(context, context.channel(CITY), operation, {}, idempotency_key=number)
        assert isinstance(asked, Question)
        given = await put(context, asked)
    assert line.asked == 1
    return given


async def test_a_mutation_that_was_done_and_not_recorded_is_not_told_as_done() -> None:
    """Its outcome is unknown to the citizen until it is recorded: the reconciler settles it."""
    given = await shut_meanwhile(PAGE, WRITE, "n1")
    assert isinstance(given, Failure)
    assert given.code is ErrorCode.OUTCOME_UNKNOWN


async def test_a_mutation_that_failed_and_was_not_recorded_stays_failed() -> None:
    refusal = failure(ErrorCode.CONFLICT)
    assert await shut_meanwhile(refusal, WRITE, "n1") is refusal


async def test_what_a_read_gave_is_withheld_if_it_cannot_be_recorded() -> None:
    given = await shut_meanwhile(PAGE, READ, None)
    assert isinstance(given, Failure)
    assert given.code is ErrorCode.LEDGER_UNAVAILABLE


async def test_a_mutation_bears_its_number_unless_it_surely_did_nothing() -> None:
    """An attempt that failed leaves the number free: the next one must not be taken for the same call."""
    done, _ = await crossing(Line(PAGE), WRITE, "n1")
    assert book_of(done).usages[0].call == "n1"
    unknown, _ = await crossing(Line(failure(ErrorCode.OUTCOME_UNKNOWN)), WRITE, "n1")
    assert book_of(unknown).usages[0].call == "n1"
    failed, _ = await crossing(Line(failure(ErrorCode.CONFLICT)), WRITE, "n1")
    assert book_of(failed).usages[0].call.startswith("n1#")
    assert SETTLED not in book_of(failed).usages[0].call


@pytest.mark.parametrize(("operation", "number"), [(READ, None), (WRITE, "n1")])
async def test_a_caller_who_goes_away_leaves_a_record_of_a_call_with_unknown_end(
    operation: str, number: str | None
) -> None:
    """The city was asked all the same."""
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    async with store() as database:
        held = replace(services(database, {CITY: City()}), connections=cast("Any", Line(PAGE, hang)))
        context = request(held, citizen(home=HOME))
        asked = await question(context, context.channel(CITY), operation, {}, idempotency_key=number)
        assert isinstance(asked, Question)
        task = asyncio.create_task(put(context, asked))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    [usage] = book_of(context).usages
    assert usage.outcome is Outcome.UNKNOWN
    assert number is None or usage.call == number
