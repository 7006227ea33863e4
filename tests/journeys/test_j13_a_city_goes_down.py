"""J13 A city goes down: after repeated failure it is left alone and says when to ask again; then it comes back, without a herd.

The sandbox is this journey's own, over a copy of the cities in which Ziyang's circuit stays open for an hour: what is left alone
there is left alone for the whole of it. The other cities' breakers are as the sandbox has them.
"""

import json
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from sandbox.up import Stack
from tests.client import Answer, Citizen, Faults, FrontEnd, new_key
from tests.conftest import ROOT, citizens
from tests.console.visitor import Visitor
from tests.journeys.told import until

OPEN_SECONDS = 3600
MOST_ASKED = 60  # more than the largest window
BILLS = """
query Bills($cities: [CityId!]!) {
  me { bills(cities: $cities, first: 50) {
    nodes { id state amount { amount } }
    coverage { city { slug } outcome code retryAfter }
  } }
}
"""
PAY = """
mutation Pay($bill: ID!, $key: IdempotencyKey!) {
  payBill(input: {billId: $bill, amount: "0.01", returnUrl: "https://m.example.gov.cn/done", idempotencyKey: $key}) {
    bill { id } userErrors { code }
  }
}
"""
LINK = "mutation Link($city: CityId!, $key: IdempotencyKey!) { linkAccount(input: {city: $city, idempotencyKey: $key}) { account { state } userErrors { code } } }"
SUBMIT = """
mutation Submit($form: JSON!, $key: IdempotencyKey!) {
  submitApplication(input: {city: DEYANG, serviceCode: "HOTLINE-12345", form: $form, idempotencyKey: $key}) {
    application { id caseNo } userErrors { code }
  }
}
"""
NODE = "query N($id: ID!) { node(id: $id) { ... on Application { caseNo title } } }"
TREE = {"title": "断路器打开时的倒树", "content": "一棵树倒在人行道上", "address": "德阳市旌阳区"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    root = tmp_path_factory.mktemp("root") / "cities"
    shutil.copytree(ROOT / "cities", root)
    overlay = root / "ziyang" / "channel.sandbox.yaml"
    overlay.write_text(overlay.read_text("utf-8").replace("{open: 1s}", "{open: 1h}"), "utf-8")
    with Stack.start(root, tmp_path_factory.mktemp("down")) as running:
        yield running


@pytest.fixture(scope="module")
def citizen(stack: Stack) -> Citizen:
    return citizens(stack)


def calls(stack: Stack, slug: str) -> list[dict[str, str]]:
    """What the city has been asked."""
    with urlopen(f"{stack.control_url(slug)}/calls", timeout=5) as answer:
        asked: list[dict[str, str]] = json.load(answer)["calls"]
    return asked


def forget(stack: Stack, slug: str) -> None:
    with urlopen(Request(f"{stack.control_url(slug)}/calls", method="DELETE"), timeout=5):
        pass


def bills(front: FrontEnd, city: str) -> tuple[str, str | None, int | None]:
    """The coverage of the city's bills: outcome, code, retryAfter."""
    [row] = front.ask(BILLS, cities=[city]).data["me"]["bills"]["coverage"]
    return row["outcome"], row["code"], row["retryAfter"]


def until_open(front: FrontEnd, city: str) -> list[str | None]:
    """Ask for bills until the circuit is open. Returns: the codes before that."""
    codes: list[str | None] = []
    for _ in range(MOST_ASKED):
        _, code, _ = bills(front, city)
        if code == "BACKEND_CIRCUIT_OPEN":
            return codes
        codes.append(code)
    raise AssertionError(f"the circuit did not open: {codes}")


def test_a_city_that_is_down_is_left_alone_and_the_others_answer(
    stack: Stack, citizen: Citizen, faults: Faults
) -> None:
    """Ziyang's window is ten calls: the eleventh is refused with the time to wait, and nothing reaches the city any more."""
    front = citizen("zi")
    faults("ziyang", "5xx")
    assert until_open(front, "ZIYANG") == ["BACKEND_UNREACHABLE"] * 10
    forget(stack, "ziyang")
    refused = front.ask(BILLS, cities=["ZIYANG"])
    assert refused.codes == ["BACKEND_CIRCUIT_OPEN"]
    assert 0 < refused.errors[0]["extensions"]["retryAfter"] <= OPEN_SECONDS
    outcome, code, retry_after = bills(front, "ZIYANG")
    assert (outcome, code) == ("FAILED", "BACKEND_CIRCUIT_OPEN")
    assert 0 < (retry_after or 0) <= OPEN_SECONDS
    five = citizen("deng").ask(BILLS, cities=["CHENGDU", "DEYANG", "MEISHAN", "MIANYANG", "ZIYANG"])
    others = dict.fromkeys(("chengdu", "deyang", "meishan", "mianyang"), ("OK", None))
    assert five.outcomes() == {**others, "ziyang": ("FAILED", "BACKEND_CIRCUIT_OPEN")}
    assert five.data["me"]["bills"]["nodes"]
    assert calls(stack, "ziyang") == []


def test_a_write_to_a_city_that_is_left_alone_is_surely_not_done(stack: Stack, citizen: Citizen) -> None:
    """It is refused and not unknown, and its key is free for another try."""
    forget(stack, "ziyang")
    front, key = citizen("zi"), new_key("j13-write")
    for _ in range(2):
        assert front.ask(LINK, city="ZIYANG", key=key).codes == ["BACKEND_CIRCUIT_OPEN"]
    assert calls(stack, "ziyang") == []


def test_the_open_circuit_is_seen_where_the_city_is_looked_at(stack: Stack) -> None:
    """Availability says that the city is away, and the change is counted."""
    nobody = FrontEnd(stack.gateway_url)
    availability = nobody.ask("{ city(id: ZIYANG) { availability } }").whole()["city"]["availability"]
    assert availability in ("DOWN", "DEGRADED")
    with urlopen(f"{stack.gateway_url}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    assert 'roam_city_breaker_changes_total{city="ziyang",backend="esb",state="OPEN"} 1' in lines


async def test_the_console_shows_the_circuit(stack: Stack) -> None:
    """A mark beside the city that is left alone, and the state beside each operation; the others' are closed."""
    async with Visitor(stack.gateway_url, "en") as visitor:
        await visitor.sign_in("operator")
        _, overview = await visitor.get("/console")
        _, ziyang = await visitor.get("/console/cities/ziyang")
        _, chengdu = await visitor.get("/console/cities/chengdu")
    mark = '<span class="chip open" title="OPEN">open</span>'
    assert overview.count(mark) == 1
    assert mark in ziyang
    assert 'title="CLOSED">closed</span>' in chengdu
    assert mark not in chengdu


def test_a_refusal_that_is_explained_never_opens_the_circuit(citizen: Citizen) -> None:
    """Twice the window of bills that are not this citizen's: NOT_FOUND each time, in an envelope at HTTP 200."""
    [bill, *_] = citizen("test-li@deyang").ask(BILLS, cities=["DEYANG"]).whole()["me"]["bills"]["nodes"]
    front = citizen("test-zhang@deyang")

    def pay() -> Answer:
        return front.ask(PAY, bill=bill["id"], key=new_key("j13-none"))

    told = [told_of(pay()) for _ in range(40)]
    assert set(told) == {"NOT_FOUND"}
    assert bills(front, "DEYANG")[:2] == ("OK", None)


def told_of(answer: Answer) -> str:
    errors: list[Any] = answer.errors or answer.data["payBill"]["userErrors"]
    return str(errors[0].get("code") or errors[0]["extensions"]["code"])


def test_a_failing_envelope_at_http_200_opens_it_and_the_city_comes_back(
    stack: Stack, citizen: Citizen, faults: Faults
) -> None:
    """Deyang answers 200 to everything, and with a code that its channel does not know; once it is well it is asked again."""
    front = citizen("test-hanzi@deyang")
    faults("deyang", "bad_token")
    assert set(until_open(front, "DEYANG")) == {"BACKEND_REJECTED"}
    faults("deyang", "none")
    until(lambda: bills(front, "DEYANG")[0] == "OK" or None)
    assert bills(citizen("test-1234@deyang"), "DEYANG")[:2] == ("OK", None)


def test_a_case_for_a_city_that_is_left_alone_is_taken_in_and_delivered_once(
    stack: Stack, citizen: Citizen, faults: Faults
) -> None:
    """An open circuit is a city that is down: what may be delivered later is, when the circuit has closed."""
    front = citizen("test-many@deyang")
    faults("deyang", "refuse")
    until_open(front, "DEYANG")
    forget(stack, "deyang")
    told = front.ask(SUBMIT, form=TREE, key=new_key("j13-case")).whole()["submitApplication"]
    assert told["userErrors"] == []
    assert told["application"]["caseNo"].startswith("ROAM-")
    faults("deyang", "none")

    def delivered() -> Any:
        case = front.ask(NODE, id=told["application"]["id"]).data["node"]
        return case if case and not case["caseNo"].startswith("ROAM-") else None

    assert until(delivered)["title"] == TREE["title"]
    assert sum(call["operation"] == "applications.submit" for call in calls(stack, "deyang")) == 1
