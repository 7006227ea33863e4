"""A lost answer is found out from the city, never guessed: done is told and recorded once, "never arrived" only when it is sure."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from channels.ask import Ask
from resolvers.context import Services
from resolvers.settling.reconciling import pause, settle
from resolvers.writing.attempt import Attempt
from resolvers.writing.once import SEALED, Done, End, once
from roaming import Outcome
from roaming.unsettled import Open, Unsettled
from schema.codes import ErrorCode
from storage import Database
from tests.resolvers.simulator import NOW, City, Simulator, citizen, request, services

KEY = "key-0000000000001"
ANSWER = {"orderNo": "DYP-1", "payUrl": "https://pay.example/1", "state": "PROCESSING"}
SHORT = timedelta(seconds=1)
ABROAD = "510700"


class Forgetting(Simulator):
    """A simulator whose cache can be purged; `purged` counts."""

    purged = 0

    async def purge(self, subject: str, city: str | None = None) -> int:
        self.purged += 1
        return 0


def held(database: Database, row: dict[str, Any] | None, fault: ErrorCode | None = None) -> Services:
    """A gateway whose Deyang says this about every request."""
    rows = [{"id": "r", "kind": "WATER", "answer": None, "code": None, **row}] if row else []
    return replace(services(database, {}), connections=cast("Any", Forgetting({"deyang": City(rows, fault=fault)})))


async def lost(gateway: Services, home: str = "510600", operation: str = "bills.pay") -> tuple[Unsettled, Open]:
    """One payment that was sent and never answered, taken by a worker."""
    context = request(gateway, citizen(home))
    who = context.citizen or ""

    async def act(number: str) -> End:
        viewer = {"subject": "somebody", "home_city": home, "issuer": "https://idp.example", "client_id": ""}
        attempt = Attempt(
            city="deyang",
            operation=operation,
            typename="Payment",
            args={"billId": "b", "amount": "1.00"},
            number=number,
            service=None,
            claims={"pairwise_id": "p"},
            viewer={**viewer, "assurance": "REAL_PERSON"},
            language="zh",
            agreement="2026-002",
        )
        sealed = attempt.sealed(gateway.sealer, SEALED, who)
        await gateway.journal.send(who, number, city="deyang", request=sealed, at=NOW, lease=SHORT)
        raise RuntimeError("the worker dies here")

    with pytest.raises(RuntimeError):
        await once(context, "payBill", "bill", {"idempotencyKey": KEY}, act)
    worker = Unsettled(gateway.journal.database, "another worker")
    [entry] = await worker.take(NOW + SHORT)
    return worker, entry


async def told(gateway: Services, home: str = "510600") -> dict[str, Any]:
    """What the same key is told now; acting again would be told as such."""

    async def act(number: str) -> End:
        return Done({"bill": "acted again"})

    return await once(request(gateway, citizen(home)), "payBill", "bill", {"idempotencyKey": KEY}, act)


async def test_what_was_done_is_told_as_if_its_answer_had_come(database: Database) -> None:
    gateway = held(database, {"state": "DONE", "answer": ANSWER})
    worker, entry = await lost(gateway)
    await settle(gateway, worker, entry)
    payload = await told(gateway)
    assert (payload["cashierUrl"], payload["idempotency"]["replayed"]) == ("https://pay.example/1", True)
    simulator = cast("Forgetting", gateway.connections)
    [asked] = [ask for _, ask in simulator.asked if ask.operation == "requests.outcome"]
    assert asked.args == {"operation": "pay", "number": entry.number}
    assert simulator.purged == 1


async def test_a_city_is_told_no_more_than_the_write_told_it(database: Database) -> None:
    """Asking about a request is no new crossing of anything."""
    gateway = held(database, {"state": "DONE", "answer": ANSWER})
    await settle(gateway, *await lost(gateway))
    asked: list[Ask] = [ask for _, ask in cast("Forgetting", gateway.connections).asked]
    assert [dict(ask.claims) for ask in asked if ask.operation == "requests.outcome"] == [{"pairwise_id": "p"}]


@pytest.mark.parametrize("before", [None, Outcome.UNKNOWN, Outcome.OK])
async def test_a_crossing_that_was_done_is_recorded_once(database: Database, before: Outcome | None) -> None:
    """Whatever the ledger had got before the crash, one record says OK in the end."""
    gateway = held(database, {"state": "DONE", "answer": ANSWER})
    worker, entry = await lost(gateway, ABROAD)
    book = cast("Any", gateway.ledger)
    if before is not None:
        from resolvers.asking.recording import usage_of
        from roaming import Grant

        context = request(gateway, citizen(ABROAD))
        usage = usage_of(context, context.channel("deyang"), "bills.pay", Grant("2026-002"))
        await book.append(replace(usage, call=entry.number, outcome=before))
    await settle(gateway, worker, entry)
    calls = {usage.call for usage in book.usages if usage.operation == "bills.pay" and usage.outcome is Outcome.OK}
    assert len(calls) == 1


async def test_a_refusal_frees_the_key(database: Database) -> None:
    gateway = held(database, {"state": "REFUSED", "code": "46003"})
    await settle(gateway, *await lost(gateway))
    assert (await told(gateway))["bill"] == "acted again"


async def test_never_arrived_is_not_believed_before_the_citys_time(database: Database) -> None:
    """The request may still be on its way: a second one could then be the second payment."""
    gateway = held(database, {"state": "ABSENT"})
    worker, entry = await lost(gateway)
    await settle(gateway, worker, entry)
    assert (await told(gateway))["bill"].extensions["code"] == "OUTCOME_UNKNOWN"
    afterwards = replace(gateway, clock=lambda: NOW + timedelta(seconds=5))
    [again] = await worker.take(NOW + timedelta(seconds=5))
    await settle(afterwards, worker, again)
    assert (await told(afterwards))["bill"] == "acted again"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (None, ErrorCode.BACKEND_UNREACHABLE),
        (None, ErrorCode.NOT_FOUND),
        (None, None),
        ({"state": "PENDING"}, None),
        ({"state": "DONE", "answer": {"orderNo": "and nothing else"}}, None),
    ],
    ids=["down", "404", "nothing", "pending", "unreadable"],
)
async def test_what_is_not_said_stays_unknown_however_long_it_takes(
    database: Database, row: dict[str, Any] | None, fault: ErrorCode | None
) -> None:
    gateway = held(database, row, fault)
    much_later = replace(gateway, clock=lambda: NOW + timedelta(hours=30))
    await settle(much_later, *await lost(gateway))
    payload = await told(much_later)
    assert payload["bill"].extensions["code"] == "OUTCOME_UNKNOWN"


async def test_a_write_without_an_outcome_waits_for_a_person(database: Database) -> None:
    """It is not asked about, not sent again, and not due."""
    gateway = held(database, {"state": "DONE", "answer": ANSWER})
    worker, entry = await lost(gateway, operation="transit.ride_code")
    await settle(gateway, worker, entry)
    assert [each.due for each in await worker.listed()] == [""]
    assert cast("Forgetting", gateway.connections).asked == []


def test_the_city_is_asked_ever_more_rarely() -> None:
    """A city that is down for a night is not asked ten thousand times."""
    pauses = [pause(tries).total_seconds() for tries in (0, 1, 2, 3, 10, 1_000)]
    assert pauses == [0.5, 1, 2, 4, 30, 30]
