"""J13 A city goes down: an answer from before with its age where the channel allows one, else null, code and retryAfter.

The sandbox is this journey's own, over a copy of the cities in which what may stand in is fresh for a millisecond, so that the
next question always goes to the city. Their breakers never see enough calls to open: those have a journey of their own.
"""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.up import Stack
from tests.client import Answer, Citizen, Faults, FrontEnd, new_key
from tests.conftest import ROOT, citizens
from tests.consent import consent, revoke

CITIES = ("chengdu", "deyang", "meishan", "mianyang", "ziyang")
DEYANG_SECONDS = 3.0  # timeout.total of its backend
BILLS = """
query Bills($cities: [CityId!], $first: Int! = 50, $after: Cursor) {
  me { bills(cities: $cities, first: $first, after: $after) {
    nodes { id state amount { amount } source { city { slug } asOf fromCache agreementId } }
    unpaidTotal { amount }
    pageInfo { hasNextPage endCursor }
    coverage { city { slug } outcome code retryAfter count asOf message(lang: EN) }
  } }
}
"""
LISTED = re.sub(r"\n +unpaidTotal .*", "", BILLS)  # pages as they come: a total would read every city to its end
SOCIAL = """
{ me { socialInsurance { nodes { kind source { city { slug } asOf fromCache } } coverage { city { slug } outcome code asOf } } } }
"""
PAY = """
mutation Pay($bill: ID!, $amount: Decimal!, $key: IdempotencyKey!) {
  payBill(input: {billId: $bill, amount: $amount, returnUrl: "https://m.example.gov.cn/done", idempotencyKey: $key}) {
    cashierUrl userErrors { code }
  }
}
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    root = tmp_path_factory.mktemp("root") / "cities"
    shutil.copytree(ROOT / "cities", root)
    for file in root.glob("*/channel.yaml"):
        text, count = re.subn(r"cache: \{ttl: \w+, (?=.*stale)", "cache: {ttl: 1ms, ", file.read_text("utf-8"))
        assert count, file
        file.write_text(re.sub(r"breaker: \{window: \d+", "breaker: {window: 1000", text), "utf-8")
    with Stack.start(root, tmp_path_factory.mktemp("stale")) as running:
        yield running


@pytest.fixture(scope="module")
def citizen(stack: Stack) -> Citizen:
    return citizens(stack)


def covered(answer: Answer, field: str = "bills") -> dict[str, Any]:
    return {row["city"]["slug"]: row for row in answer.data["me"][field]["coverage"]}


def outcome(answer: Answer, city: str = "deyang", field: str = "bills") -> tuple[str, str | None]:
    row = covered(answer, field)[city]
    return row["outcome"], row["code"]


def nodes_of(answer: Answer, city: str, field: str = "bills") -> list[Any]:
    return [node for node in answer.data["me"][field]["nodes"] if node["source"]["city"]["slug"] == city]


def without_source(nodes: list[Any]) -> list[Any]:
    return [{**node, "source": None} for node in nodes]


def test_a_city_that_is_down_is_told_from_before_with_its_age_and_the_others_as_now(
    citizen: Citizen, faults: Faults
) -> None:
    """Five cities, one refuses connections: its rows of before are there, marked; the total is of what is shown; no error."""
    front, cities = citizen("deng"), [slug.upper() for slug in CITIES]
    before = front.ask(BILLS, cities=cities)
    before.whole()
    faults("deyang", "refuse")
    answer = front.ask(BILLS, cities=cities)
    told = answer.whole()["me"]["bills"]
    assert {slug: row["outcome"] for slug, row in covered(answer).items()} == {
        **dict.fromkeys(CITIES, "OK"),
        "deyang": "STALE",
    }
    row, first = covered(answer)["deyang"], covered(before)["deyang"]
    assert (row["code"], row["retryAfter"], row["asOf"]) == ("BACKEND_UNREACHABLE", 30, first["asOf"])
    assert row["count"] == first["count"] > 0
    assert row["message"].endswith("Shown is what it answered before; asOf says when.")
    assert datetime.fromisoformat(row["asOf"]) <= datetime.now(UTC)
    old = nodes_of(answer, "deyang")
    assert without_source(old) == without_source(nodes_of(before, "deyang"))
    assert {(node["source"]["fromCache"], node["source"]["asOf"]) for node in old} == {(True, first["asOf"])}
    assert told["unpaidTotal"] == before.data["me"]["bills"]["unpaidTotal"]
    assert all(node["source"]["fromCache"] is False for node in nodes_of(answer, "mianyang"))


def test_a_silent_city_costs_its_own_budget(citizen: Citizen, faults: Faults) -> None:
    """The old rows come when the city's `timeout.total` is over, not when the whole request's is."""
    front = citizen("chen")
    front.ask(BILLS, cities=["DEYANG"]).whole()
    faults("deyang", "hang")
    began = time.monotonic()
    answer = front.ask(BILLS, cities=["DEYANG"])
    took = time.monotonic() - began
    assert (outcome(answer), covered(answer)["deyang"]["retryAfter"]) == (("STALE", "BACKEND_TIMEOUT"), 10)
    assert answer.errors == []
    assert DEYANG_SECONDS - 0.5 < took < 2 * DEYANG_SECONDS


def test_a_city_that_is_well_again_is_told_as_now(citizen: Citizen, faults: Faults) -> None:
    front = citizen("test-li@deyang")
    front.ask(BILLS, cities=["DEYANG"]).whole()
    for fault, expected in (("5xx", ("STALE", "BACKEND_UNREACHABLE")), ("html", ("STALE", "BACKEND_CONTRACT_BROKEN"))):
        faults("deyang", fault)
        assert outcome(front.ask(BILLS, cities=["DEYANG"])) == expected
    faults("deyang", "none")
    answer = front.ask(BILLS, cities=["DEYANG"])
    assert outcome(answer) == ("OK", None)
    assert all(node["source"]["fromCache"] is False for node in nodes_of(answer, "deyang"))


def test_what_no_channel_allows_to_stand_in_is_null_with_code_and_retry_after(citizen: Citizen, faults: Faults) -> None:
    """A list without `stale` fails as ever, although it was read a moment ago; a single value is null."""
    query = """{ roam(city: DEYANG) { rideCode { payload } } me { applications(cities: [DEYANG]) {
        nodes { id } coverage { city { slug } outcome code retryAfter } } } }"""
    front = citizen("test-zhang@deyang")
    front.ask("{ roam(city: DEYANG) { rideCode { payload } } }").whole()
    faults("deyang", "refuse")
    answer = front.ask(query)
    assert answer.data["roam"]["rideCode"] is None
    (row,) = answer.data["me"]["applications"]["coverage"]
    assert (row["outcome"], row["code"], row["retryAfter"]) == ("FAILED", "BACKEND_UNREACHABLE", 30)
    told = {".".join(each["path"]): each["extensions"] for each in answer.errors}
    assert {path: (each["code"], each["retryAfter"]) for path, each in told.items()} == {
        "roam.rideCode": ("BACKEND_UNREACHABLE", 30),
        "me.applications": ("BACKEND_UNREACHABLE", 30),
    }


def test_who_has_never_asked_is_given_nothing_of_others(citizen: Citizen, faults: Faults) -> None:
    """What is kept of one citizen stands in for nobody else."""
    citizen("test-hanzi@deyang").ask(BILLS, cities=["DEYANG"]).whole()
    faults("deyang", "refuse")
    assert outcome(citizen("test-hanzi@deyang").ask(BILLS, cities=["DEYANG"]))[0] == "STALE"
    stranger = citizen("test-1234@deyang").ask(BILLS, cities=["DEYANG"])
    assert (outcome(stranger), stranger.codes) == (("FAILED", "BACKEND_UNREACHABLE"), ["BACKEND_UNREACHABLE"])
    assert stranger.data["me"]["bills"]["nodes"] == []
    assert stranger.data["me"]["bills"]["unpaidTotal"] is None


def test_lists_that_are_not_paged_and_objects_by_id_say_so_too(citizen: Citizen, faults: Faults) -> None:
    """Social insurance in several cities, and a bill by its id."""
    front = citizen("chen")
    before = front.ask(SOCIAL)
    before.whole()
    bill = front.ask(BILLS, cities=["MEISHAN"]).whole()["me"]["bills"]["nodes"][0]
    faults("meishan", "5xx")
    answer = front.ask(SOCIAL)
    answer.whole()
    assert outcome(answer, "meishan", "socialInsurance") == ("STALE", "BACKEND_UNREACHABLE")
    old = nodes_of(answer, "meishan", "socialInsurance")
    assert old
    assert without_source(old) == without_source(nodes_of(before, "meishan", "socialInsurance"))
    assert {node["source"]["asOf"] for node in old} == {covered(before, "socialInsurance")["meishan"]["asOf"]}
    again = front.ask(
        "query N($id: ID!) { node(id: $id) { ... on Bill { state source { asOf fromCache } } } }", id=bill["id"]
    )
    assert again.whole()["node"] == {
        "state": bill["state"],
        "source": {"asOf": bill["source"]["asOf"], "fromCache": True},
    }


def walked(front: FrontEnd, between: Callable[[int], object] = lambda page: None) -> list[Answer]:
    """Every page of test-many's bills; `between` is called before each with its number."""
    pages: list[Answer] = []
    after = None
    while True:
        between(len(pages))
        answer = front.ask(LISTED, cities=["DEYANG"], first=40, after=after)
        answer.whole()
        pages.append(answer)
        info = answer.data["me"]["bills"]["pageInfo"]
        if not info["hasNextPage"]:
            return pages
        after = info["endCursor"]


def ids_of(pages: list[Answer]) -> list[str]:
    return [node["id"] for page in pages for node in page.data["me"]["bills"]["nodes"]]


def test_a_walk_goes_on_over_pages_from_before(citizen: Citizen, faults: Faults) -> None:
    """No row is lost, repeated or out of order, whether one page of the walk is old or all of them."""
    front = citizen("test-many@deyang")
    fresh = walked(front)
    assert len(fresh) > 3
    assert {outcome(page) for page in fresh} == {("OK", None)}

    def fail_in_the_middle(page: int) -> None:
        faults("deyang", "5xx" if page == 1 else "none")

    mixed = walked(front, fail_in_the_middle)
    assert [outcome(page)[0] for page in mixed] == ["OK", "STALE", *["OK"] * (len(mixed) - 2)]
    faults("deyang", "refuse")
    old = walked(front)
    assert {outcome(page) for page in old} == {("STALE", "BACKEND_UNREACHABLE")}
    assert ids_of(mixed) == ids_of(old) == ids_of(fresh)
    assert len(set(ids_of(fresh))) == len(ids_of(fresh)) > 100


def test_after_a_payment_nothing_from_before_is_shown(citizen: Citizen, faults: Faults) -> None:
    """Paid, and the city goes down: better no bill than one that still looks unpaid."""
    front = citizen("mian")
    bills = front.ask(BILLS, cities=["DEYANG"]).whole()["me"]["bills"]["nodes"]
    bill = next(bill for bill in bills if bill["state"] == "UNPAID")
    paid = front.ask(PAY, bill=bill["id"], amount=bill["amount"]["amount"], key=new_key("j13")).whole()["payBill"]
    assert (paid["userErrors"], bool(paid["cashierUrl"])) == ([], True)
    faults("deyang", "refuse")
    assert outcome(front.ask(BILLS, cities=["DEYANG"])) == ("FAILED", "BACKEND_UNREACHABLE")


def test_a_consent_taken_back_takes_what_was_kept_with_it(citizen: Citizen, faults: Faults) -> None:
    """While it is gone the city is DENIED, down or not; given again, nothing of the time before is left."""
    front = citizen("deng")
    assert outcome(front.ask(BILLS, cities=["CHENGDU"]), "chengdu") == ("OK", None)
    faults("chengdu", "refuse")
    assert outcome(front.ask(BILLS, cities=["CHENGDU"]), "chengdu")[0] == "STALE"
    held = front.ask("{ me { consents { id provider { slug } services { code } } } }").whole()["me"]["consents"]
    granted = next(
        each["id"]
        for each in held
        if each["provider"]["slug"] == "chengdu" and {"code": "WATER-QUERY"} in each["services"]
    )
    services = next([s["code"] for s in each["services"]] for each in held if each["id"] == granted)
    revoke(front, granted)
    denied = front.ask(BILLS, cities=["CHENGDU"])
    assert (outcome(denied, "chengdu"), nodes_of(denied, "chengdu")) == (("DENIED", "CONSENT_REQUIRED"), [])
    consent(front, "CHENGDU", services, ["PAIRWISE_ID"])
    assert outcome(front.ask(BILLS, cities=["CHENGDU"]), "chengdu") == ("FAILED", "BACKEND_UNREACHABLE")


def test_a_city_that_says_no_is_believed(citizen: Citizen, faults: Faults) -> None:
    """A refusal is an answer of now: it is told, and when the city then goes down, nothing older than it is shown."""
    front = citizen("chen")
    front.ask(BILLS, cities=["MIANYANG"]).whole()
    faults("mianyang", "wrong_key")
    assert outcome(front.ask(BILLS, cities=["MIANYANG"]), "mianyang") == ("FAILED", "BACKEND_REJECTED")
    faults("mianyang", "refuse")
    assert outcome(front.ask(BILLS, cities=["MIANYANG"]), "mianyang") == ("FAILED", "BACKEND_UNREACHABLE")


def test_the_citizen_sees_both_what_was_asked_and_what_was_shown(citizen: Citizen, faults: Faults) -> None:
    """The record of a crossing: a call in vain, and an answer that the gateway still had."""
    front = citizen("zi")
    log = "{ me { accessLog(cities: [CHENGDU], first: 3) { nodes { operation outcome code fromCache } } } }"
    front.ask(BILLS, cities=["CHENGDU"]).whole()
    faults("chengdu", "5xx")
    assert outcome(front.ask(BILLS, cities=["CHENGDU"]), "chengdu")[0] == "STALE"
    assert front.ask(log).whole()["me"]["accessLog"]["nodes"] == [
        {"operation": "bills.list", "outcome": "OK", "code": None, "fromCache": True},
        {"operation": "bills.list", "outcome": "FAILED", "code": "BACKEND_UNREACHABLE", "fromCache": False},
        {"operation": "bills.list", "outcome": "OK", "code": None, "fromCache": False},
    ]
