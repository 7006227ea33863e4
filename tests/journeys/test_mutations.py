"""What a citizen does through the graph: pays, books, cancels, submits, links, consents, opens a page. Once, and told the truth."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.client import Citizen, Faults, FrontEnd, new_key

UNPAID = """
query Unpaid($cities: [CityId!]!) {
  me { bills(cities: $cities, filter: {states: [UNPAID, OVERDUE]}) { nodes { id state amount { amount } } } }
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
VENUES = '{ roam(city: CHENGDU) { venues(kind: HOSPITAL, keyword: "省人民医院") { nodes { id name } } } }'
SLOTS = """
query Slots($venue: ID!, $day: Date!) {
  roam(city: CHENGDU) { slots(venueId: $venue, department: "心内科", date: $day) { id remaining venueId startsAt } }
}
"""
BOOK = """
mutation Book($slot: ID!, $key: IdempotencyKey!) {
  bookAppointment(input: {slotId: $slot, idempotencyKey: $key}) {
    appointment { id state venueName startsAt source { city { slug } agreementId } }
    userErrors { code message field } idempotency { replayed }
  }
}
"""
CANCEL = """
mutation Cancel($id: ID!, $key: IdempotencyKey!) {
  cancelAppointment(input: {appointmentId: $id, reason: "行程变更", idempotencyKey: $key}) {
    appointment { id state } userErrors { code } idempotency { replayed }
  }
}
"""
SUBMIT = """
mutation Submit($form: JSON!, $key: IdempotencyKey!, $code: ID! = "HOTLINE-12345") {
  submitApplication(input: {city: DEYANG, serviceCode: $code, form: $form, idempotencyKey: $key}) {
    application { id caseNo state title promisedOn service { code } steps { state label } }
    userErrors { code field } idempotency { replayed }
  }
}
"""
LAUNCH = """
mutation Launch($provider: ID!, $key: IdempotencyKey!) {
  launch(input: {providerId: $provider, idempotencyKey: $key}) {
    url expiresAt userErrors { code message } idempotency { replayed }
  }
}
"""
GRANT = """
mutation Grant($services: [ID!]!, $claims: [Claim!]!, $key: IdempotencyKey!, $days: Int! = 30, $provider: CityId! = DEYANG) {
  grantConsent(input: {provider: $provider, services: $services, claims: $claims, days: $days, idempotencyKey: $key}) {
    consent { id provider { slug } consumer { slug } services { code } claims grantedAt expiresAt revokedAt }
    userErrors { code field } idempotency { replayed }
  }
}
"""
REVOKE = """
mutation Revoke($id: ID!, $key: IdempotencyKey!) {
  revokeConsent(input: {consentId: $id, idempotencyKey: $key}) { consent { id revokedAt } userErrors { code } }
}
"""


def an_unpaid_bill(front: FrontEnd, city: str) -> Any:
    return front.ask(UNPAID, cities=[city]).whole()["me"]["bills"]["nodes"][0]


def free_slot(front: FrontEnd, days: int) -> str:
    """A slot with a place left, `days` from now; tests use days of their own."""
    venue = front.ask(VENUES).whole()["roam"]["venues"]["nodes"][0]["id"]
    day = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
    slots = front.ask(SLOTS, venue=venue, day=day).whole()["roam"]["slots"]
    assert all(slot["venueId"] == venue for slot in slots)
    slot: str = next(slot["id"] for slot in slots if slot["remaining"])
    return slot


def test_a_bill_is_paid_once_whatever_the_client_repeats(citizen: Citizen) -> None:
    """The same key gives the same answer, and the city sees one order."""
    front, key = citizen("test-zhang@deyang"), new_key("pay")
    bill = an_unpaid_bill(front, "DEYANG")
    paid = front.ask(PAY, bill=bill["id"], amount=bill["amount"]["amount"], key=key).whole()["payBill"]
    assert paid["userErrors"] == []
    assert paid["bill"]["id"] == bill["id"]
    assert paid["bill"]["state"] in ("PROCESSING", "PAID")
    assert paid["cashierUrl"].startswith("http://127.0.0.1:")
    assert paid["idempotency"] == {"key": key, "replayed": False}
    again = front.ask(PAY, bill=bill["id"], amount=bill["amount"]["amount"], key=key).whole()["payBill"]
    assert again["idempotency"]["replayed"] is True
    assert (again["bill"], again["cashierUrl"]) == (paid["bill"], paid["cashierUrl"])


def test_the_same_key_with_another_input_is_a_mismatch(citizen: Citizen) -> None:
    """A key names one request; reusing it for another hides a bug that costs money."""
    front, key = citizen("test-li@deyang"), new_key("mismatch")
    bill = an_unpaid_bill(front, "DEYANG")
    front.ask(PAY, bill=bill["id"], amount=bill["amount"]["amount"], key=key).whole()
    other = front.ask(PAY, bill=bill["id"], amount="1.00", key=key).whole()["payBill"]
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_MISMATCH"]
    assert other["bill"] is None


def test_paying_another_amount_tells_the_present_one(citizen: Citizen) -> None:
    """The amount changed since the client looked: nothing is paid, and the new amount is said."""
    front = citizen("deng")
    bill = an_unpaid_bill(front, "DEYANG")
    told = front.ask(PAY, bill=bill["id"], amount="0.01", key=new_key("amount")).whole()["payBill"]
    assert [error["code"] for error in told["userErrors"]] == ["CONFLICT"]
    assert bill["amount"]["amount"] in told["userErrors"][0]["message"]
    assert told["bill"]["amount"] == bill["amount"]
    assert told["bill"]["state"] == bill["state"]


def test_paying_twice_with_two_keys_is_already_done(citizen: Citizen) -> None:
    """A second order for a paid bill is refused by the city, and told as such."""
    front = citizen("test-1234@deyang")
    bill = an_unpaid_bill(front, "DEYANG")
    assert bill["amount"]["amount"] == "12.34"
    first = front.ask(PAY, bill=bill["id"], amount="12.34", key=new_key("first")).whole()["payBill"]
    with urlopen(Request(first["cashierUrl"], data=b"", method="POST"), timeout=5) as page:  # the button "pay"
        assert page.status == 200
    second = front.ask(PAY, bill=bill["id"], amount="12.34", key=new_key("second")).whole()["payBill"]
    assert [error["code"] for error in second["userErrors"]] == ["ALREADY_DONE"]


def test_an_answer_that_never_comes_leaves_the_outcome_unknown(citizen: Citizen, faults: Faults) -> None:
    """Sent and not answered: the gateway says so, and does not send it again for the same key."""
    front, key = citizen("test-hanzi@deyang"), new_key("unknown")
    bill = an_unpaid_bill(front, "DEYANG")
    faults("deyang", "hang", "bills.pay")
    lost = front.ask(PAY, bill=bill["id"], amount=bill["amount"]["amount"], key=key)
    assert lost.codes == ["OUTCOME_UNKNOWN"]
    assert lost.data["payBill"]["bill"] is None
    faults("deyang", "none")
    again = front.ask(PAY, bill=bill["id"], amount=bill["amount"]["amount"], key=key)
    assert again.codes == ["OUTCOME_UNKNOWN"]


def test_a_city_that_cannot_be_reached_frees_the_key(citizen: Citizen, faults: Faults) -> None:
    """Nothing was sent, so the same request may be made again and then succeeds."""
    front, key = citizen("test-many@deyang"), new_key("refused")
    bill = an_unpaid_bill(front, "DEYANG")
    faults("deyang", "refuse")
    assert front.ask(PAY, bill=bill["id"], amount=bill["amount"]["amount"], key=key).codes == ["BACKEND_UNREACHABLE"]
    faults("deyang", "none")
    paid = front.ask(PAY, bill=bill["id"], amount=bill["amount"]["amount"], key=key).whole()["payBill"]
    assert (paid["userErrors"], paid["idempotency"]["replayed"]) == ([], False)


def test_a_city_without_payment_says_that_it_does_not_offer_it(citizen: Citizen) -> None:
    """Not every city offers everything; the client is told in the payload, not by a fault."""
    bill = an_unpaid_bill(citizen("deng"), "CHENGDU")
    told = citizen("deng").ask(PAY, bill=bill["id"], amount=bill["amount"]["amount"], key=new_key("offer")).whole()
    assert [error["code"] for error in told["payBill"]["userErrors"]] == ["NOT_OFFERED"]


def test_a_hospital_visit_abroad_is_booked_listed_and_called_off(citizen: Citizen) -> None:
    """deng books in Chengdu under the agreement, sees it at home, and cancels it."""
    front = citizen("deng")
    booked = front.ask(BOOK, slot=free_slot(front, 3), key=new_key("book")).whole()["bookAppointment"]
    assert booked["userErrors"] == []
    appointment = booked["appointment"]
    assert appointment["state"] == "BOOKED"
    assert appointment["source"] == {"city": {"slug": "chengdu"}, "agreementId": "2026-001"}
    listed = front.ask("{ me { appointments(cities: [CHENGDU]) { nodes { id state } } } }").whole()
    assert {"id": appointment["id"], "state": "BOOKED"} in listed["me"]["appointments"]["nodes"]
    cancelled = front.ask(CANCEL, id=appointment["id"], key=new_key("cancel")).whole()["cancelAppointment"]
    assert (cancelled["appointment"]["id"], cancelled["appointment"]["state"]) == (appointment["id"], "CANCELLED")


def test_the_last_place_is_booked_by_one_of_many(citizen: Citizen) -> None:
    """Many want the last place of a slot; whoever is late gets CONFLICT, and nobody a place that does not exist."""
    fronts = [citizen(persona) for persona in ("deng", "chen", "mei", "zi", "mian")]
    slot = free_slot(fronts[0], 5)
    with ThreadPoolExecutor(len(fronts)) as pool:
        ends = list(pool.map(lambda front: front.ask(BOOK, slot=slot, key=new_key("rush")), fronts * 4))
    told = [end.data["bookAppointment"] for end in ends]
    booked = [end for end in told if end["appointment"]]
    codes = {error["code"] for end in told for error in end["userErrors"]}
    assert booked
    assert codes <= {"CONFLICT", "RATE_LIMITED"}
    assert "CONFLICT" in codes


def test_the_same_booking_sent_at_once_is_made_once(citizen: Citizen) -> None:
    """A double tap is one booking: the others wait for it and get its answer."""
    front, key = citizen("test-li@chengdu"), new_key("tap")
    slot = free_slot(front, 7)
    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(lambda _: front.ask(BOOK, slot=slot, key=key).whole()["bookAppointment"], range(8)))
    assert len({end["appointment"]["id"] for end in ends}) == 1
    assert sorted(end["idempotency"]["replayed"] for end in ends) == [False] + [True] * 7


def test_a_12345_case_about_another_city_is_filed_there(citizen: Citizen) -> None:
    """chen reports a fallen tree in Deyang; the case shows in both places with the same state."""
    front, key = citizen("chen"), new_key("case")
    form = {"title": "行道树倒伏", "content": "旌阳区路边一棵树倒在人行道上", "address": "德阳市旌阳区"}
    filed = front.ask(SUBMIT, form=form, key=key).whole()["submitApplication"]
    assert filed["userErrors"] == []
    case = filed["application"]
    assert case["state"] == "SUBMITTED"
    assert case["promisedOn"]
    assert case["service"] == {"code": "HOTLINE-12345"}
    mine = front.ask("{ me { applications(cities: [DEYANG], first: 50) { nodes { id caseNo } } } }").whole()
    assert {"id": case["id"], "caseNo": case["caseNo"]} in mine["me"]["applications"]["nodes"]
    refetched = front.ask("query N($id: ID!) { node(id: $id) { id ... on Application { caseNo } } }", id=case["id"])
    assert refetched.whole()["node"] == {"id": case["id"], "caseNo": case["caseNo"]}


@pytest.mark.parametrize(
    ("code", "form", "expected", "field"),
    [
        ("NOTARY", {"title": "x"}, "NOT_OFFERED", ["input", "serviceCode"]),
        ("HOTLINE-12345", {}, "INVALID_INPUT", ["input", "form"]),
        ("HOTLINE-12345", ["x"], "INVALID_INPUT", ["input", "form"]),
    ],
)
def test_an_unfit_application_is_refused_before_any_city_is_asked(
    citizen: Citizen, code: str, form: object, expected: str, field: list[str]
) -> None:
    """The citizen is told which field to mend."""
    told = citizen("chen").ask(SUBMIT, code=code, form=form, key=new_key("unfit")).whole()["submitApplication"]
    assert told["userErrors"] == [{"code": expected, "field": field}]


def test_a_web_service_opens_once_by_its_one_time_address(citizen: Citizen) -> None:
    """The long tail of the catalogue opens as the city's own page, signed on for this citizen."""
    query = """{ services(filter: {cities: [MIANYANG], statuses: [LIVE]}, first: 100) { nodes {
        providers(cities: [MIANYANG], status: [LIVE]) { id entry { __typename ... on WebEntry { host } } } } } }"""
    front = citizen("mian")
    listed = front.ask(query).whole()["services"]["nodes"]
    web = [p["id"] for s in listed for p in s["providers"] if p["entry"]["__typename"] == "WebEntry"]
    opened = front.ask(LAUNCH, provider=web[0], key=new_key("launch")).whole()["launch"]
    assert opened["userErrors"] == []
    assert opened["expiresAt"]
    with urlopen(opened["url"], timeout=5) as page:
        assert "绵阳" in page.read().decode()


def test_a_service_that_is_no_web_page_cannot_be_launched(citizen: Citizen) -> None:
    """Operations of the graph are used through the graph."""
    front = citizen("deng")
    query = '{ service(code: "WATER-PAY") { providers(cities: [DEYANG]) { id } } }'
    provider = front.ask(query).whole()["service"]["providers"][0]["id"]
    told = front.ask(LAUNCH, provider=provider, key=new_key("launch")).whole()["launch"]
    assert [error["code"] for error in told["userErrors"]] == ["NOT_OFFERED"]


def test_an_account_is_linked_in_another_city(citizen: Citizen) -> None:
    """zi lives in Ziyang and works in Deyang: after linking, Deyang is one of the linked cities."""
    link = """mutation L($key: IdempotencyKey!) { linkAccount(input: {city: DEYANG, idempotencyKey: $key}) {
        account { city { slug } state linkedAt pairwise } userErrors { code } } }"""
    told = citizen("zi").ask(link, key=new_key("link")).whole()["linkAccount"]
    assert told["userErrors"] == []
    assert (told["account"]["city"], told["account"]["state"]) == ({"slug": "deyang"}, "LINKED")
    accounts = citizen("zi").ask("{ me { accounts { city { slug } state } } }").whole()["me"]["accounts"]
    assert {"city": {"slug": "deyang"}, "state": "LINKED"} in accounts


def test_a_consent_is_granted_listed_and_revoked(citizen: Citizen) -> None:
    """Consent is the citizen's own: seen, dated, taken back, and kept as taken back."""
    front, key = citizen("test-li@chengdu"), new_key("consent")
    chosen = {"services": ["WATER-QUERY", "TRANSIT-CODE"], "claims": ["PAIRWISE_ID"], "key": key}
    granted = front.ask(GRANT, **chosen).whole()["grantConsent"]
    consent = granted["consent"]
    assert granted["userErrors"] == []
    assert (consent["provider"], consent["consumer"]) == ({"slug": "deyang"}, {"slug": "chengdu"})
    assert front.ask(GRANT, **chosen).whole()["grantConsent"]["consent"]["id"] == consent["id"]
    listed = "query C($active: Boolean!) { me { consents(activeOnly: $active) { id revokedAt } } }"
    assert consent["id"] in [c["id"] for c in front.ask(listed, active=True).whole()["me"]["consents"]]
    revoked = front.ask(REVOKE, id=consent["id"], key=new_key("revoke")).whole()["revokeConsent"]
    assert revoked["consent"]["revokedAt"]
    assert consent["id"] not in [c["id"] for c in front.ask(listed, active=True).whole()["me"]["consents"]]
    assert consent["id"] in [c["id"] for c in front.ask(listed, active=False).whole()["me"]["consents"]]


def test_another_citizens_consent_cannot_be_revoked(citizen: Citizen) -> None:
    """An id is not a right."""
    mine = {"services": ["WATER-QUERY"], "claims": ["PAIRWISE_ID"], "key": new_key("mine")}
    consent = citizen("test-li@chengdu").ask(GRANT, **mine).whole()["grantConsent"]["consent"]["id"]
    told = citizen("mian").ask(REVOKE, id=consent, key=new_key("theft")).whole()["revokeConsent"]
    assert [error["code"] for error in told["userErrors"]] == ["NOT_FOUND"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"services": ["NO-SUCH"]}, ["input", "services"]),
        ({"services": []}, ["input", "services"]),
        ({"claims": ["FACE_PROOF"]}, ["input", "claims"]),
        ({"days": 0}, ["input", "days"]),
        ({"provider": "CHENGDU"}, ["input", "provider"]),
    ],
)
def test_a_consent_for_what_is_not_offered_is_refused(
    citizen: Citizen, change: dict[str, Any], field: list[str]
) -> None:
    """Nobody consents to what can never be sent."""
    chosen = {"services": ["WATER-QUERY"], "claims": ["PAIRWISE_ID"], "key": new_key("unfit")} | change
    told = citizen("chen").ask(GRANT, **chosen).whole()["grantConsent"]
    assert told["userErrors"] == [{"code": "INVALID_INPUT", "field": field}]


def test_nobody_signed_in_can_change_nothing(citizen: Citizen) -> None:
    """Mutations need a citizen; the payload is not null-safe on purpose."""
    answer = citizen(None).ask(BOOK, slot="x", key=new_key("nobody"))
    assert answer.codes == ["UNAUTHENTICATED"]
