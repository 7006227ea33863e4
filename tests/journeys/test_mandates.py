"""亲情服务: deng does his parent's business, and nothing beyond what the parent let him do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from sandbox.switch import call
from sandbox.up import Stack
from tests.client import FrontEnd, new_key

OFFER = """mutation ($input: OfferMandateInput!) { offerMandate(input: $input) {
  code codeExpiresAt mandate { id state role relation party operations cities { slug } } userErrors { code field message }
  idempotency { replayed } } }"""
ACCEPT = """mutation ($input: AcceptMandateInput!) { acceptMandate(input: $input) {
  code mandate { id state role party } userErrors { code field retryAfter } } }"""
END = """mutation ($input: EndMandateInput!) { endMandate(input: $input) { mandate { state } userErrors { code } } }"""
BILLS = """query ($cities: [CityId!]) { me { displayName homeCity { slug } actor { displayName relation mandateId }
  bills(cities: $cities) { nodes { id kind state amount { amount } source { city { slug } } }
    coverage { city { slug } outcome code message(lang: EN) } } } }"""
PAY = """mutation ($input: PayBillInput!) { payBill(input: $input) {
  cashierUrl bill { state } userErrors { code message } idempotency { replayed } } }"""
SCOPE = {"relation": "PARENT", "operations": ["bills.list", "bills.pay"], "cities": ["DEYANG"]}


def offered(principal: FrontEnd, **given: Any) -> Any:
    return principal.ask(OFFER, input={**SCOPE, "idempotencyKey": new_key("offer"), **given}).whole()["offerMandate"]


def accepted(agent: FrontEnd, code: str) -> Any:
    return agent.ask(ACCEPT, input={"code": code, "idempotencyKey": new_key("accept")}).whole()["acceptMandate"]


def ended(side: FrontEnd, mandate: str) -> Any:
    return side.ask(END, input={"mandateId": mandate, "idempotencyKey": new_key("end")}).whole()["endMandate"]


def under(agent: FrontEnd, mandate: str) -> FrontEnd:
    return FrontEnd(agent.url, agent.token, {"Roam-Mandate": mandate})


@pytest.fixture
def mandate(citizen: Any) -> Iterator[str]:
    """mian is the parent for whom deng may see and pay bills in Deyang; ended after the test."""
    offer = offered(citizen("mian"))
    assert accepted(citizen("deng"), offer["code"])["userErrors"] == []
    yield offer["mandate"]["id"]
    ended(citizen("mian"), offer["mandate"]["id"])


def seen(stack: Stack, city: str) -> list[Any]:
    _, told = call("GET", f"{stack.control_url(city)}/seen")
    return list(told["seen"])


def test_deng_sees_his_parents_bills_and_the_city_knows_that_it_is_deng(
    stack: Stack, citizen: Any, mandate: str
) -> None:
    """The citizen is mian throughout; deng stands beside, in the graph by a masked name, in the token by a pairwise id."""
    own = citizen("mian").ask(BILLS, cities=["DEYANG"])
    call("DELETE", f"{stack.control_url('deyang')}/seen")
    shown = under(citizen("deng"), mandate).ask(BILLS)
    me = shown.whole()["me"]
    assert (me["displayName"], me["homeCity"]["slug"]) == ("绵**", "mianyang")
    assert me["actor"] == {"displayName": "邓**", "relation": "PARENT", "mandateId": mandate}
    assert shown.outcomes() == {"deyang": ("OK", None)}
    assert {bill["id"] for bill in me["bills"]["nodes"]} == {bill["id"] for bill in own.data["me"]["bills"]["nodes"]}
    assert own.data["me"]["actor"] is None
    # Read a moment ago for mian: a payment goes to the city in any case.
    bill = next(bill for bill in me["bills"]["nodes"] if bill["state"] == "UNPAID")
    paid = under(citizen("deng"), mandate).ask(PAY, input=payment(bill)).whole()["payBill"]
    assert (paid["userErrors"], paid["bill"]["state"]) == ([], "PROCESSING")
    token = next(one["token"] for one in seen(stack, "deyang") if one["operation"] == "bills.pay")
    assert (token["citizen"], token["actor"], token["app"]) == ("mian", "deng", "roam-cli")
    log = citizen("mian").ask("{ me { accessLog(first: 5) { nodes { operation actedByOther visited { slug } } } } }")
    expected = {"operation": "bills.pay", "actedByOther": True, "visited": {"slug": "deyang"}}
    assert expected in log.whole()["me"]["accessLog"]["nodes"]


def payment(bill: Any, key: str | None = None) -> dict[str, Any]:
    back = {"returnUrl": "https://app.example.gov.cn/back", "idempotencyKey": key or new_key("pay")}
    return {"billId": bill["id"], "amount": bill["amount"]["amount"], **back}


def test_a_city_outside_the_mandate_is_denied_alone(citizen: Any, mandate: str) -> None:
    shown = under(citizen("deng"), mandate).ask(BILLS, cities=["DEYANG", "MIANYANG"])
    assert shown.outcomes() == {"deyang": ("OK", None), "mianyang": ("DENIED", "FORBIDDEN")}
    rows = shown.data["me"]["bills"]["coverage"]
    assert rows[1]["message"] == "The mandate does not cover the city mianyang."


@pytest.mark.parametrize(
    "query",
    [
        "{ me { housingFund { nodes { state } } } }",
        "{ me { consents { id } } }",
        "{ me { mandates { id } } }",
        "{ me { maskedPhone } }",
        "{ me { accessLog { nodes { at } } } }",
        'mutation { linkAccount(input: {city: DEYANG, idempotencyKey: "never-delegated-1"}) { account { state } } }',
        'mutation { endMandate(input: {mandateId: "x", idempotencyKey: "never-delegated-2"}) { userErrors { code } } }',
        'mutation { acceptMandate(input: {code: "x", idempotencyKey: "never-delegated-3"}) { userErrors { code } } }',
        'mutation { launch(input: {providerId: "x", idempotencyKey: "never-delegated-4"}) { url } }',
        'mutation { revokeConsent(input: {consentId: "x", idempotencyKey: "never-delegated-5"}) { consent { id } } }',
        'mutation { cancelAppointment(input: {appointmentId: "x", idempotencyKey: "not-in-scope-0001"}) { appointment { id } } }',
    ],
)
def test_whatever_the_mandate_does_not_name_is_forbidden(citizen: Any, mandate: str, query: str) -> None:
    """Also what is never delegated at all: links, consents, mandates, the access log."""
    answer = under(citizen("deng"), mandate).ask(query)
    assert answer.codes == ["FORBIDDEN"]


def test_mandates_do_not_chain(citizen: Any, mandate: str) -> None:
    """deng cannot hand on what mian let him do."""
    given = {**SCOPE, "idempotencyKey": new_key("chain")}
    assert under(citizen("deng"), mandate).ask(OFFER, input=given).codes == ["FORBIDDEN"]


def test_a_replay_belongs_to_who_acted(citizen: Any, mandate: str) -> None:
    """The key of a payment made in person is no key to its result for somebody else."""
    bills = citizen("mian").ask(BILLS, cities=["DEYANG"]).whole()["me"]["bills"]["nodes"]
    key = new_key("mine")
    mine = citizen("mian").ask(PAY, input=payment(bills[0], key)).data["payBill"]
    theirs = under(citizen("deng"), mandate).ask(PAY, input=payment(bills[0], key)).data["payBill"]
    if not mine["userErrors"]:
        assert [error["code"] for error in theirs["userErrors"]] == ["IDEMPOTENCY_MISMATCH"]
    assert theirs["idempotency"]["replayed"] is False


def test_a_mandate_opens_nothing_to_others(citizen: Any, mandate: str) -> None:
    """Neither to a third citizen, nor to the principal, nor to nobody; and an id that is none is none."""
    for person in ("mei", "mian"):
        assert under(citizen(person), mandate).ask("{ me { id } }").codes == ["FORBIDDEN"]
    assert under(citizen(None), mandate).ask("{ me { id } }").codes == ["UNAUTHENTICATED"]
    for named in ("", "x", "a" * 5000):
        assert under(citizen("deng"), named).ask("{ me { id } }").codes == ["FORBIDDEN"]


def test_either_side_ends_it_and_it_is_over_at_once(citizen: Any) -> None:
    for side in ("mian", "deng"):
        offer = offered(citizen("mian"))
        accepted(citizen("deng"), offer["code"])
        held = offer["mandate"]["id"]
        assert under(citizen("deng"), held).ask("{ me { id } }").errors == []
        assert ended(citizen(side), held)["mandate"]["state"] == "ENDED"
        assert under(citizen("deng"), held).ask("{ me { id } }").codes == ["FORBIDDEN"]
        assert ended(citizen("mei"), held)["userErrors"] == [{"code": "NOT_FOUND"}]


def test_both_sides_see_it_under_masked_names(citizen: Any, mandate: str) -> None:
    query = "{ me { mandates { id role state party relation } } }"
    rows = {name: citizen(name).ask(query).whole()["me"]["mandates"] for name in ("mian", "deng", "mei")}
    held, given = ([row for row in rows[name] if row["id"] == mandate] for name in ("deng", "mian"))
    assert [(row["role"], row["state"], row["party"]) for row in given] == [("GIVEN", "ACTIVE", "邓**")]
    assert [(row["role"], row["state"], row["party"]) for row in held] == [("HELD", "ACTIVE", "绵**")]
    assert mandate not in {row["id"] for row in rows["mei"]}
    node = "query ($id: ID!) { node(id: $id) { id ... on Mandate { role } } }"
    assert citizen("deng").ask(node, id=mandate).whole()["node"] == {"id": mandate, "role": "HELD"}
    assert citizen("mei").ask(node, id=mandate).whole()["node"] is None


def test_a_code_is_spent_once_and_never_ones_own(citizen: Any) -> None:
    """Nor does it close a loop: who acts for me is not somebody I act for."""
    offer = offered(citizen("mian"))
    assert accepted(citizen("mian"), offer["code"])["userErrors"][0]["code"] == "CONFLICT"
    first = accepted(citizen("deng"), offer["code"].lower().replace("-", " "))
    assert first["mandate"]["state"] == "ACTIVE"
    assert first["code"] is None
    assert accepted(citizen("mei"), offer["code"])["userErrors"][0]["code"] == "NOT_FOUND"
    back = offered(citizen("deng"), cities=["DEYANG"])
    assert accepted(citizen("mian"), back["code"])["userErrors"][0]["code"] == "CONFLICT"
    for side, one in (("mian", offer), ("deng", back)):
        ended(citizen(side), one["mandate"]["id"])


def test_the_same_key_gives_the_same_offer_and_code(citizen: Any) -> None:
    key = new_key("twice")
    first, again = (offered(citizen("mian"), idempotencyKey=key) for _ in range(2))
    assert again["idempotency"]["replayed"] is True
    assert (again["code"], again["mandate"]["id"]) == (first["code"], first["mandate"]["id"])
    assert ended(citizen("mian"), first["mandate"]["id"])["mandate"]["state"] == "ENDED"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
        ({"cities": []}, "cities"),
        ({"operations": []}, "operations"),
        ({"operations": ["account.link"]}, "operations"),
        ({"operations": ["account.launch"]}, "operations"),
        ({"operations": ["bills.list", "no.such"]}, "operations"),
        ({"operations": ["bills.pay"], "cities": ["MEISHAN"]}, "operations"),
    ],
)
def test_an_offer_of_nothing_or_too_much_is_refused(citizen: Any, given: dict[str, Any], field: str) -> None:
    answer = offered(citizen("mian"), **given)
    assert answer["mandate"] is None
    assert answer["code"] is None
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [("INVALID_INPUT", ["input", field])]


def test_guessing_codes_is_bounded(citizen: Any) -> None:
    """Five wrong ones, then a wait, also for the right one; another citizen is not held up."""
    guesser = citizen("test-li@ziyang")
    codes = [accepted(guesser, f"GUESS-{n}")["userErrors"][0]["code"] for n in range(5)]
    assert codes == ["NOT_FOUND"] * 5
    offer = offered(citizen("mian"))
    [held_up] = accepted(guesser, offer["code"])["userErrors"]
    assert (held_up["code"], held_up["retryAfter"]) == ("RATE_LIMITED", 900)
    assert accepted(citizen("deng"), offer["code"])["userErrors"] == []
    ended(citizen("mian"), offer["mandate"]["id"])


def test_a_city_that_wants_real_names_gets_the_parents_and_never_the_childs(stack: Stack, citizen: Any) -> None:
    """The parent left name and number with the mandate; what goes to Ziyang is that, and only within the scope."""
    parent = "test-li@ziyang"  # whose rows no other journey has left in the cache
    offer = offered(citizen(parent), relation="PARENT", operations=["social.accounts"], cities=["ZIYANG"])
    accepted(citizen("deng"), offer["code"])
    call("DELETE", f"{stack.control_url('ziyang')}/seen")
    query = "{ me { socialInsurance { nodes { kind } coverage { outcome } } } }"
    answer = under(citizen("deng"), offer["mandate"]["id"]).ask(query).whole()["me"]["socialInsurance"]
    assert [row["outcome"] for row in answer["coverage"]] == ["OK"]
    [one] = [one for one in seen(stack, "ziyang") if one["operation"] == "social.accounts"]
    assert one["citizens"].pop(parent) == ["name", "id_number"]
    assert all(what == ["name"] for what in one["citizens"].values())  # test-li of other cities bears the same name
    assert "deng" not in one["citizens"]
    assert (one["token"]["citizen"], one["token"]["actor"]) == (parent, "deng")
    ended(citizen(parent), offer["mandate"]["id"])


async def over_socket(stack: Stack, params: dict[str, Any], query: str) -> Any:
    """The first payload of one operation, or the close code of a socket that was not let in."""
    url = f"{stack.gateway_url.replace('http', 'ws', 1)}/graphql"
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": params}))
        try:
            assert json.loads(await socket.recv())["type"] == "connection_ack"
        except ConnectionClosed as closed:
            return closed.rcvd and closed.rcvd.code
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}))
        return json.loads(await socket.recv())["payload"]


async def test_a_socket_acts_by_its_connection_params(stack: Stack, citizen: Any, mandate: str) -> None:
    params = {"Authorization": f"Bearer {citizen('deng').token}", "mandate": mandate}
    query = "{ me { displayName actor { displayName } } }"
    shown = await over_socket(stack, params, query)
    assert shown["data"]["me"] == {"displayName": "绵**", "actor": {"displayName": "邓**"}}
    for wrong in ("x", "", 7):
        assert await over_socket(stack, {**params, "mandate": wrong}, query) == 4403


def test_a_refused_mandate_is_a_403_where_statuses_count(stack: Stack, citizen: Any, mandate: str) -> None:
    media = {"accept": "application/graphql-response+json"}
    third = FrontEnd(stack.gateway_url, citizen("mei").token, {"Roam-Mandate": mandate, **media})
    assert third.ask("{ me { id } }").status == 403
