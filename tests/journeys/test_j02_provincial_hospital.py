"""J2 Provincial hospital, from Deyang: deng books at 四川省人民医院, which Chengdu offers under an agreement.

Consent comes first, with exactly the claims that are sent; the appointment names its agreement; and whatever a client repeats,
one appointment is made.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from sandbox.switch import call
from sandbox.up import Stack
from tests.client import Citizen, Faults, FrontEnd, new_key
from tests.consent import consent, grant
from tests.journeys.told import known

SENT = ["PAIRWISE_ID", "NAME", "ID_NUMBER", "PHONE"]
VENUES = """
{ roam(city: CHENGDU) { venues(kind: HOSPITAL, keyword: "省人民医院") { nodes { id name source { agreementId } } } } }
"""
SLOTS = """
query Slots($venue: ID!, $day: Date!) {
  roam(city: CHENGDU) { slots(venueId: $venue, department: "心内科", date: $day) { id remaining } }
}
"""
BOOK = """
mutation Book($slot: ID!, $note: String, $key: IdempotencyKey!) {
  bookAppointment(input: {slotId: $slot, note: $note, idempotencyKey: $key}) {
    appointment { id state venueName startsAt visitCode
                  source { city { slug } department agreementId } }
    userErrors { code message field city { slug }
                 consent { provider { slug } services { code } claims purpose recipient(lang: ZH) contact text textVersion agreementIds } }
    idempotency { replayed }
  }
}
"""
CANCEL = """
mutation Cancel($id: ID!, $key: IdempotencyKey!) {
  cancelAppointment(input: {appointmentId: $id, idempotencyKey: $key}) { appointment { state } userErrors { code } }
}
"""
LINK = """
mutation Link($key: IdempotencyKey!) {
  linkAccount(input: {city: CHENGDU, idempotencyKey: $key}) { account { state } userErrors { code } }
}
"""
LOG = """
{ me { accessLog(cities: [CHENGDU], first: 20) { nodes {
  operation outcome code agreementId consentId visited { slug } home { slug } } } } }
"""
DAYS = iter(range(20, 60))  # each test on a day of its own: what is free is told from a cache of some seconds


def venue(front: FrontEnd) -> str:
    nodes = front.ask(VENUES).whole()["roam"]["venues"]["nodes"]
    assert nodes[0]["name"] == "四川省人民医院"
    found: str = nodes[0]["id"]
    return found


def slots(front: FrontEnd, count: int = 1) -> list[str]:
    """Free slots of a day that no other test uses."""
    day = (datetime.now(UTC) + timedelta(days=next(DAYS))).date().isoformat()
    found = front.ask(SLOTS, venue=venue(front), day=day).whole()["roam"]["slots"]
    return [slot["id"] for slot in found if slot["remaining"]][:count]


def booked(front: FrontEnd, slot: str, key: str | None = None, note: str | None = None) -> Any:
    return front.ask(BOOK, slot=slot, note=note, key=key or new_key("book")).whole()["bookAppointment"]


@pytest.fixture
def deng(citizen: Citizen) -> FrontEnd:
    """deng, who is linked in Chengdu and whose consent stands (the sandbox seeds both)."""
    return citizen("deng")


@pytest.fixture(scope="module")
def patient(citizen: Citizen) -> Citizen:
    """`patient("test-li@meishan")`: consented and linked through the graph. Agreements count what one citizen does a day."""

    @cache
    def ready(persona: str) -> FrontEnd:
        front = citizen(persona)
        consent(front, "CHENGDU", ["HOSP-APPT"], SENT)
        assert front.ask(LINK, key=new_key("link")).whole()["linkAccount"]["account"] == {"state": "LINKED"}
        return front

    return ready


def times_booked(stack: Stack) -> int:
    _, told = call("GET", f"{stack.control_url('chengdu')}/calls")
    return sum(1 for each in told["calls"] if each["operation"] == "appointments.book")


def test_deng_books_at_the_provincial_hospital(deng: FrontEnd) -> None:
    """What is booked says where, by whom, and under which agreement."""
    told = booked(deng, slots(deng)[0])
    assert told["userErrors"] == []
    appointment = told["appointment"]
    assert (appointment["state"], appointment["venueName"]) == ("BOOKED", "四川省人民医院")
    assert appointment["source"] == {
        "city": {"slug": "chengdu"},
        "department": "四川省人民医院",
        "agreementId": "2026-001",
    }
    listed = deng.ask("{ me { appointments(cities: [CHENGDU]) { nodes { id source { agreementId } } } } }").whole()
    assert {"id": appointment["id"], "source": {"agreementId": "2026-001"}} in listed["me"]["appointments"]["nodes"]


def test_the_booking_leaves_one_record_that_names_agreement_and_consent(deng: FrontEnd) -> None:
    """consumer 510600, provider 510100: once, however often the client repeats it."""
    key, slot = new_key("book"), slots(deng)[0]
    before = bookings_logged(deng)
    assert booked(deng, slot, key)["userErrors"] == []
    booked(deng, slot, key)
    logged = bookings_logged(deng)
    assert len(logged) == len(before) + 1
    newest = logged[0]
    assert (newest["outcome"], newest["code"], newest["agreementId"]) == ("OK", None, "2026-001")
    assert (newest["home"], newest["visited"]) == ({"slug": "deyang"}, {"slug": "chengdu"})
    consents = deng.ask("{ me { consents { id services { code } } } }").whole()["me"]["consents"]
    standing = {c["id"] for c in consents if {"code": "HOSP-APPT"} in c["services"]}
    assert newest["consentId"] in standing


def bookings_logged(front: FrontEnd) -> list[Any]:
    nodes = front.ask(LOG).whole()["me"]["accessLog"]["nodes"]
    return [node for node in nodes if node["operation"] == "appointments.book"]


def test_without_consent_nothing_is_sent_and_exactly_what_would_be_is_told(citizen: Citizen, stack: Stack) -> None:
    """CONSENT_REQUIRED names recipient, contact, purpose and claims: enough to ask the citizen, and to grant."""
    front = citizen("test-li@deyang")
    slot, before = slots(front)[0], times_booked(stack)
    told = booked(front, slot)
    assert told["appointment"] is None
    (error,) = told["userErrors"]
    assert (error["code"], error["field"], error["city"]) == (
        "CONSENT_REQUIRED",
        ["input", "slotId"],
        {"slug": "chengdu"},
    )
    assert all(claim in error["message"] for claim in SENT)
    wanted = error["consent"]
    assert (wanted["claims"], wanted["services"]) == (SENT, [{"code": "HOSP-APPT"}])
    assert wanted["purpose"] == "异地市民使用成都开放的挂号、票务、学历与文旅服务"
    assert "四川省人民医院" in wanted["recipient"]
    assert wanted["contact"] == "数据安全专员 dpo@cd.example.gov.cn"
    assert wanted["purpose"] in wanted["text"]
    assert wanted["agreementIds"] == ["2026-001"]
    assert times_booked(stack) == before


def test_a_consent_to_fewer_claims_does_not_open_the_booking(citizen: Citizen) -> None:
    """Only what was consented to may be sent; the pairwise id opens the list and not the booking."""
    front = citizen("test-many@deyang")
    consent(front, "CHENGDU", ["HOSP-APPT"], ["PAIRWISE_ID"])
    listed = front.ask("{ me { appointments(cities: [CHENGDU]) { coverage { code } } } }").whole()
    assert [row["code"] for row in listed["me"]["appointments"]["coverage"]] == ["ACCOUNT_NOT_LINKED"]
    told = booked(front, slots(front)[0])
    assert [(e["code"], e["consent"]["claims"]) for e in told["userErrors"]] == [("CONSENT_REQUIRED", SENT)]


def test_what_a_refusal_says_is_enough_to_consent_link_and_book(citizen: Citizen) -> None:
    """The front-end copies what it was told into `grantConsent`, with the version of the text that it showed."""
    front = citizen("test-zhang@deyang")
    slot = slots(front)[0]
    (error,) = booked(front, slot)["userErrors"]
    wanted = error["consent"]
    services = [service["code"] for service in wanted["services"]]
    provider = wanted["provider"]["slug"].upper()
    told = grant(front, provider, services, wanted["claims"], version=wanted["textVersion"])
    assert (told["userErrors"], told["consent"]["text"]) == ([], wanted["text"])
    assert front.ask(LINK, key=new_key("link")).whole()["linkAccount"]["account"] == {"state": "LINKED"}
    assert booked(front, slot)["appointment"]["state"] == "BOOKED"


def test_a_slot_that_is_taken_is_a_conflict(patient: Citizen) -> None:
    """Two want the same doctor at the same time: one has it, the other is told."""
    both = [patient("test-zhang@meishan"), patient("test-zhang@ziyang")]
    slot = slots(both[0])[0]
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(lambda front: booked(front, slot), both))
    codes = sorted(error["code"] for end in ends for error in end["userErrors"])
    assert codes == ["CONFLICT"]
    assert sum(1 for end in ends if end["appointment"]) == 1


def test_the_same_key_gives_the_same_appointment(patient: Citizen, stack: Stack) -> None:
    """A client that lost the answer asks again: replayed, and the hospital heard it once."""
    front = patient("test-li@meishan")
    key, slot = new_key("book"), slots(front)[0]
    first, before = booked(front, slot, key), times_booked(stack)
    again = booked(front, slot, key)
    assert again["appointment"] == first["appointment"]
    assert (first["idempotency"], again["idempotency"]) == ({"replayed": False}, {"replayed": True})
    assert times_booked(stack) == before


def test_the_same_key_with_another_input_is_a_mismatch(patient: Citizen) -> None:
    """One key is one intent: another slot, or another note, is another one."""
    front = patient("test-li@ziyang")
    key, (one, other) = new_key("book"), slots(front, 2)
    booked(front, one, key)
    for told in (booked(front, other, key), booked(front, one, key, note="复诊")):
        assert [(e["code"], told["appointment"]) for e in told["userErrors"]] == [("IDEMPOTENCY_MISMATCH", None)]


def test_an_answer_after_the_deadline_is_unknown_then_the_truth_by_asking(
    patient: Citizen, stack: Stack, faults: Faults
) -> None:
    """The hospital booked and answered too late: the gateway asks what became of it, and books nothing again."""
    front = patient("test-many@ziyang")
    key, slot = new_key("late"), slots(front)[0]
    before = times_booked(stack)
    faults("chengdu", "late", "appointments.book", 1)
    lost = front.ask(BOOK, slot=slot, key=key)
    assert (lost.codes, lost.data["bookAppointment"]["appointment"]) == (["OUTCOME_UNKNOWN"], None)
    told = known(lambda: front.ask(BOOK, slot=slot, key=key)).whole()["bookAppointment"]
    assert (told["userErrors"], told["idempotency"]) == ([], {"replayed": True})
    assert told["appointment"]["state"] == "BOOKED"
    assert times_booked(stack) == before + 1


def test_a_cancelled_appointment_is_free_again(patient: Citizen) -> None:
    """Calling off needs no more than the pairwise id."""
    front = patient("test-many@mianyang")
    slot = slots(front)[0]
    appointment = booked(front, slot)["appointment"]
    told = front.ask(CANCEL, id=appointment["id"], key=new_key("cancel")).whole()["cancelAppointment"]
    assert (told["appointment"], told["userErrors"]) == ({"state": "CANCELLED"}, [])
    assert booked(front, slot)["userErrors"] == []
