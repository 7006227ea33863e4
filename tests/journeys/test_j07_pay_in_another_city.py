"""J7 Pay in another city: a cashier's address, a bill that goes from PROCESSING to PAID, and never a second order.

mian lives in Mianyang and owes for water in Deyang; test personas pay at home, where the same rules hold. The sandbox is this
journey's own: a bill that is paid stays paid, and others want to pay one too.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from sandbox.up import Stack
from tests.client import Answer, Citizen, Faults, FrontEnd, new_key
from tests.conftest import ROOT, citizens
from tests.journeys.told import known, until

BILLS = """
query Bills($cities: [CityId!]!) {
  me { bills(cities: $cities, first: 50) { nodes { id kind state amount { amount } source { agreementId } } } }
}
"""
PAY = """
mutation Pay($bill: ID!, $amount: Decimal!, $key: IdempotencyKey!) {
  payBill(input: {billId: $bill, amount: $amount, returnUrl: "https://m.example.gov.cn/done", idempotencyKey: $key}) {
    bill { id state amount { amount } } cashierUrl
    userErrors { code message field city { slug } } idempotency { key replayed }
  }
}
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack.start(ROOT / "cities", tmp_path_factory.mktemp("paying")) as running:
        yield running


@pytest.fixture(scope="module")
def citizen(stack: Stack) -> Citizen:
    return citizens(stack)


def bills(front: FrontEnd, city: str = "DEYANG") -> list[Any]:
    rows: list[Any] = front.ask(BILLS, cities=[city]).whole()["me"]["bills"]["nodes"]
    return rows


def an_unpaid(front: FrontEnd) -> Any:
    return next(bill for bill in bills(front) if bill["state"] == "UNPAID")


def pay(front: FrontEnd, bill: Any, key: str, amount: str | None = None) -> Answer:
    return front.ask(PAY, bill=bill["id"], amount=amount or bill["amount"]["amount"], key=key)


def state_of(front: FrontEnd, bill: Any) -> str:
    state: str = next(row["state"] for row in bills(front) if row["id"] == bill["id"])
    return state


def orders(stack: Stack) -> int:
    """How many payment orders Deyang was asked for."""
    return sum(call["operation"] == "bills.pay" for call in asked(stack))


def asked(stack: Stack, slug: str = "deyang") -> list[dict[str, str]]:
    with urlopen(f"{stack.control_url(slug)}/calls", timeout=5) as answer:
        calls: list[dict[str, str]] = json.load(answer)["calls"]
    return calls


@pytest.fixture
def forgotten(stack: Stack) -> None:
    """Deyang's list of calls begins anew."""
    with urlopen(Request(f"{stack.control_url('deyang')}/calls", method="DELETE"), timeout=5):
        pass


def test_a_bill_abroad_is_paid_at_its_citys_cashier(citizen: Citizen) -> None:
    """mian pays Deyang's water under the agreement; the button at the cashier makes it PAID."""
    front, key = citizen("mian"), new_key("j7")
    bill = an_unpaid(front)
    assert bill["source"]["agreementId"] == "2026-002"
    paid = pay(front, bill, key).whole()["payBill"]
    assert (paid["userErrors"], paid["bill"]["state"]) == ([], "PROCESSING")
    with urlopen(Request(paid["cashierUrl"], data=b"", method="POST"), timeout=5) as page:
        assert page.status == 200
    assert until(lambda: "PAID" if refreshed(front, bill) == "PAID" else None)
    again = pay(front, bill, key).whole()["payBill"]
    assert again["idempotency"] == {"key": key, "replayed": True}
    assert again["cashierUrl"] == paid["cashierUrl"]


def refreshed(front: FrontEnd, bill: Any) -> str:
    """The bill as its city has it now: a refused payment forgets what was cached."""
    told = pay(front, bill, new_key("look"), amount="0.01").data["payBill"]
    return told["bill"]["state"] if told["bill"] else state_of(front, bill)


def test_an_amount_that_changed_is_a_conflict_with_the_new_one(citizen: Citizen) -> None:
    """Nothing is paid; the citizen sees what is owed now and decides again, with the same key if they like."""
    front, key = citizen("deng"), new_key("j7-amount")
    bill = an_unpaid(front)
    told = pay(front, bill, key, amount="0.01").whole()["payBill"]
    assert [error["code"] for error in told["userErrors"]] == ["CONFLICT"]
    assert (told["bill"]["amount"], told["bill"]["state"]) == (bill["amount"], "UNPAID")


def test_a_bill_that_is_paid_already_is_already_done(citizen: Citizen) -> None:
    front = citizen("deng")
    bill = next(bill for bill in bills(front) if bill["state"] == "PAID")
    told = pay(front, bill, new_key("j7-done")).whole()["payBill"]
    assert [error["code"] for error in told["userErrors"]] == ["ALREADY_DONE"]
    assert told["bill"]["state"] == "PAID"


@pytest.mark.parametrize(("persona", "fault"), [("test-hanzi@deyang", "lost"), ("chen", "truncated")])
@pytest.mark.usefixtures("forgotten")
def test_an_answer_that_was_lost_is_unknown_then_the_truth(
    stack: Stack, citizen: Citizen, faults: Faults, persona: str, fault: str
) -> None:
    """The order was opened and its answer never came: the gateway asks the city, and then tells what it would have told."""
    front, key = citizen(persona), new_key(f"j7-{fault}")
    bill = an_unpaid(front)
    faults("deyang", fault, "bills.pay", 1)
    lost = pay(front, bill, key)
    assert lost.codes == ["OUTCOME_UNKNOWN"]
    assert lost.data["payBill"]["bill"] is None
    told = known(lambda: pay(front, bill, key)).whole()["payBill"]
    assert told["userErrors"] == []
    assert told["bill"]["id"] == bill["id"]
    assert told["bill"]["state"] in ("PROCESSING", "PAID")
    assert told["cashierUrl"].startswith("http://127.0.0.1:")
    assert told["idempotency"] == {"key": key, "replayed": True}
    assert orders(stack) == 1


@pytest.mark.usefixtures("forgotten")
def test_a_city_that_answers_after_the_deadline_is_asked_and_not_paid_again(
    stack: Stack, citizen: Citizen, faults: Faults
) -> None:
    """Timeout after sending: unknown, then the truth, and one order."""
    front, key = citizen("test-1234@deyang"), new_key("j7-late")
    bill = an_unpaid(front)
    faults("deyang", "late", "bills.pay", 1)
    assert pay(front, bill, key).codes == ["OUTCOME_UNKNOWN"]
    told = known(lambda: pay(front, bill, key)).whole()["payBill"]
    assert (told["bill"]["id"], told["userErrors"]) == (bill["id"], [])
    assert orders(stack) == 1


@pytest.mark.usefixtures("forgotten")
def test_a_request_that_never_arrived_frees_its_key_once_the_city_says_so(
    stack: Stack, citizen: Citizen, faults: Faults
) -> None:
    """The line broke before the city saw anything: only the city's own word, after its time, lets the key act again."""
    front, key = citizen("test-li@deyang"), new_key("j7-vanish")
    bill = an_unpaid(front)
    faults("deyang", "vanish", "bills.pay", 1)
    assert pay(front, bill, key).codes == ["OUTCOME_UNKNOWN"]
    told = known(lambda: pay(front, bill, key)).whole()["payBill"]
    assert (told["userErrors"], told["idempotency"]["replayed"]) == ([], False)
    assert told["bill"]["state"] in ("PROCESSING", "PAID")
    assert orders(stack) == 2  # the one that vanished, and the one that the client sent again


def test_a_lost_answer_that_was_a_refusal_frees_the_key(citizen: Citizen, faults: Faults) -> None:
    """The city had refused; the same request is refused again, and told as such."""
    front, key = citizen("test-many@deyang"), new_key("j7-refused")
    bill = an_unpaid(front)
    faults("deyang", "lost", "bills.pay", 1)
    assert pay(front, bill, key, amount="0.01").codes == ["OUTCOME_UNKNOWN"]
    told = known(lambda: pay(front, bill, key, amount="0.01")).whole()["payBill"]
    assert [error["code"] for error in told["userErrors"]] == ["CONFLICT"]
    assert (told["bill"]["amount"], told["idempotency"]["replayed"]) == (bill["amount"], False)


def test_a_bill_that_could_not_be_read_after_its_order_is_shown_by_the_replay(citizen: Citizen, faults: Faults) -> None:
    """The order stands and its address is told; only the bill itself was out of reach for a moment."""
    front, key = citizen("test-many@deyang"), new_key("j7-unread")
    bill = an_unpaid(front)
    faults("deyang", "5xx", "bills.list")
    told = pay(front, bill, key).whole()["payBill"]
    assert (told["bill"], told["userErrors"]) == (None, [])
    assert told["cashierUrl"].startswith("http://127.0.0.1:")
    faults("deyang", "none")
    again = pay(front, bill, key).whole()["payBill"]
    assert (again["bill"]["id"], again["cashierUrl"]) == (bill["id"], told["cashierUrl"])
    assert again["bill"]["state"] in ("PROCESSING", "PAID")
    assert again["idempotency"]["replayed"] is True


def test_while_the_city_is_down_the_outcome_stays_unknown_and_is_found_afterwards(
    citizen: Citizen, faults: Faults
) -> None:
    """Nobody guesses: as long as the city cannot be asked, the answer is the same."""
    front, key = citizen("test-zhang@deyang"), new_key("j7-down")
    bill = an_unpaid(front)
    faults("deyang", "lost", "bills.pay", 1)
    assert pay(front, bill, key).codes == ["OUTCOME_UNKNOWN"]
    faults("deyang", "refuse")
    assert {code for _ in range(3) for code in pay(front, bill, key).codes} == {"OUTCOME_UNKNOWN"}
    faults("deyang", "none")
    told = known(lambda: pay(front, bill, key)).whole()["payBill"]
    assert (told["userErrors"], told["idempotency"]["replayed"]) == ([], True)
