"""J23, the explained half: a tester asks what an operation would do, and then sees that it does just that."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.switch import call
from sandbox.up import Stack
from tests.client import Answer, Citizen, FrontEnd, new_key
from tests.journeys.test_federated_cities import once_known

EXPLAIN = """
query Explain($operation: String!, $variables: JSON, $name: String) {
  roamExplain(operation: $operation, variables: $variables, operationName: $name) {
    operationName kind configVersion schemaVersion
    steps { field city { slug } operation called code message agreementId consentId purpose claims kinds backend }
  }
}
"""
FIVE = """
query Five($cities: [CityId!]) {
  me { water: bills(cities: $cities, filter: {dueBefore: "2031-03-01"}) { nodes { id } } socialInsurance(cities: $cities) { nodes { kind } } }
  notices(cities: [CHENGDU]) { nodes { id } }
}
"""
CITIES = ["CHENGDU", "DEYANG", "MEISHAN", "MIANYANG", "ZIYANG"]


def explain(front: FrontEnd, operation: str, name: str | None = None, **variables: Any) -> Answer:
    return front.ask(EXPLAIN, operation=operation, variables=variables, name=name)


def steps(front: FrontEnd, operation: str, **variables: Any) -> list[dict[str, Any]]:
    told = explain(front, operation, **variables).whole()["roamExplain"]
    return list(told["steps"])


def by_place(found: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(step["field"], step["city"]["slug"] if step["city"] else ""): step for step in found}


@pytest.fixture
def asked(stack: Stack) -> Callable[[], list[tuple[str, str]]]:
    """What the cities have been asked since the test began: city and operation."""
    for slug in stack.cities:
        call("DELETE", f"{stack.control_url(slug)}/calls")

    def calls() -> list[tuple[str, str]]:
        found = []
        for slug in stack.cities:
            _, told = call("GET", f"{stack.control_url(slug)}/calls")
            found += [(slug, one["operation"]) for one in told["calls"]]
        return sorted(set(found))

    return calls


def test_every_field_and_city_is_told_with_its_grounds(citizen: Citizen) -> None:
    """Operation, agreement, consent, claims by name, kind of backend; and of the others why not."""
    told = explain(citizen("deng"), FIVE, cities=CITIES).whole()["roamExplain"]
    assert (told["operationName"], told["kind"]) == ("Five", "QUERY")
    found = by_place(told["steps"])
    assert len(found) == len(told["steps"]) == 11
    home, abroad = found["me.water", "deyang"], found["me.water", "chengdu"]
    assert (home["called"], home["operation"], home["agreementId"]) == (True, "bills.list", None)
    assert (home["claims"], home["backend"]) == (["PAIRWISE_ID"], "rest")
    assert abroad["called"]
    assert abroad["agreementId"] == "2026-004"
    assert abroad["consentId"]
    assert abroad["purpose"]
    denied = found["me.socialInsurance", "ziyang"]
    assert (denied["called"], denied["code"]) == (False, "NO_AGREEMENT")
    assert denied["message"]
    assert denied["claims"]
    assert found["me.socialInsurance", "mianyang"]["code"] == "NOT_OFFERED"
    assert found["notices", "chengdu"]["called"]


def test_an_explanation_calls_no_city_and_leaves_no_trace(citizen: Citizen, asked: Any) -> None:
    """Otherwise a tester's question would look like a citizen's in the access log, and use up quotas."""
    log = "{ me { accessLog(first: 200) { edges { node { operation } } } } }"
    front = citizen("mei")
    before = front.ask(log)
    steps(front, FIVE, cities=CITIES)
    assert asked() == []
    assert front.ask(log).data == before.data


def test_what_is_explained_is_what_happens(citizen: Citizen, asked: Any) -> None:
    """Explain = execution: the explained routing equals what was called."""
    front = citizen("zi", "loa3")
    planned = {(s["city"]["slug"], s["operation"]) for s in steps(front, FIVE, cities=CITIES) if s["called"]}
    front.ask(FIVE, cities=CITIES)
    personal = {"bills.list", "social.accounts"}  # notices may come from the cache that everybody shares
    called = {entry for entry in asked() if entry[1] in personal}
    assert called == {entry for entry in planned if entry[1] in personal}
    assert len(called) > 2


def test_a_field_above_the_login_is_explained_as_refused(citizen: Citizen) -> None:
    """The mark comes before every city."""
    found = by_place(steps(citizen("deng", "loa1"), FIVE, cities=CITIES))
    assert found["me.water", ""]["code"] == "ASSURANCE_TOO_LOW"
    assert found["notices", "chengdu"]["called"]
    assert not [step for (field, city), step in found.items() if field == "me.water" and city]


def test_a_stranger_learns_that_signing_in_comes_first(citizen: Citizen) -> None:
    """`me` is null for nobody, and that is the whole story."""
    found = by_place(steps(citizen(None), FIVE, cities=CITIES))
    assert found["me", ""]["code"] == "UNAUTHENTICATED"
    assert found["notices", "chengdu"]["called"]


def test_a_mutation_is_explained_and_never_done(citizen: Citizen, asked: Any) -> None:
    """The bill stays unpaid, the key stays free."""
    front = citizen("deng")
    listed = "{ me { bills(cities: [DEYANG], filter: { states: [UNPAID] }) { nodes { id state amount { amount } } } } }"
    (bill, *_) = front.ask(listed).whole()["me"]["bills"]["nodes"]
    pay = "mutation Pay($input: PayBillInput!) { payBill(input: $input) { cashierUrl } }"
    given = {"billId": bill["id"], "amount": bill["amount"]["amount"], "returnUrl": "https://example.cn/"}
    (step,) = steps(front, pay, input=given | {"idempotencyKey": new_key("explain")})
    assert (step["field"], step["operation"], step["city"]) == ("payBill", "bills.pay", {"slug": "deyang"})
    assert (step["called"], step["code"], step["claims"]) == (True, None, ["PAIRWISE_ID"])
    assert "bills.pay" not in [operation for _, operation in asked()]
    (now, *_) = [node for node in front.ask(listed).whole()["me"]["bills"]["nodes"] if node["id"] == bill["id"]]
    assert now["state"] == bill["state"]


def test_an_id_of_nothing_and_a_level_too_low_are_told_for_mutations_too(citizen: Citizen) -> None:
    pay = "mutation Pay($input: PayBillInput!) { payBill(input: $input) { cashierUrl } }"
    given = {"billId": "x", "amount": "1.00", "returnUrl": "https://example.cn/", "idempotencyKey": new_key("explain")}
    (none,) = steps(citizen("deng"), pay, input=given)
    assert (none["field"], none["called"], none["code"]) == ("payBill", False, "NOT_FOUND")
    (low,) = steps(citizen("deng", "loa1"), pay, input=given)
    assert (low["called"], low["code"]) == (False, "ASSURANCE_TOO_LOW")


def test_a_subscription_is_explained_city_by_city(citizen: Citizen) -> None:
    text = "subscription { noticePublished(cities: [CHENGDU, MIANYANG, DEYANG]) { id } }"
    found = by_place(steps(citizen(None), text))
    assert found["noticePublished", "chengdu"]["called"]
    assert found["noticePublished", "mianyang"]["called"]
    assert found["noticePublished", "deyang"]["code"] == "NOT_OFFERED"


def test_a_citys_own_field_and_its_own_subgraph_are_explained(citizen: Citizen) -> None:
    """The way of a joined operation is the plan's; the city's subgraph is one of its stops."""
    own = by_place(steps(citizen("deng"), "{ local { deyang { creditScore { score } } } }"))
    assert own["local.deyang.creditScore", "deyang"]["operation"] == "local.creditScore"
    front = once_known(citizen("deng"))
    joined = "{ city(id: CHENGDU) { districts { name } } me { bills(cities: [DEYANG]) { nodes { id } } } }"
    found = by_place(steps(front, joined))
    assert (found["", "chengdu"]["operation"], found["", "chengdu"]["called"]) == ("subgraph.query", True)
    assert found["me.bills", "deyang"]["called"]


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ me {", "GRAPHQL_PARSE_FAILED"),
        ("query A { gateway { version } } query B { gateway { version } }", "OPERATION_RESOLUTION_FAILURE"),
        ("{ " + " ".join(f"a{i}: gateway {{ version }}" for i in range(200)) + " }", "QUERY_REJECTED"),
        ('{ roamExplain(operation: "{ gateway { version } }") { kind } }', None),
    ],
)
def test_an_operation_that_could_not_be_run_is_refused_as_it_would_be(
    citizen: Citizen, operation: str, code: str | None
) -> None:
    """The same limits hold for what is explained."""
    answer = explain(citizen("deng"), operation)
    if code:
        assert (answer.data["roamExplain"], answer.codes) == (None, [code])
    else:
        (step,) = answer.whole()["roamExplain"]["steps"]
        assert (step["field"], step["code"]) == ("roamExplain", "INVALID_INPUT")


def test_wrong_variables_are_told(citizen: Citizen) -> None:
    answer = explain(citizen("deng"), FIVE, cities=["ATLANTIS"])
    (step,) = answer.whole()["roamExplain"]["steps"]
    assert (step["field"], step["called"], step["code"]) == ("", False, "INVALID_INPUT")
