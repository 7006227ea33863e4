"""Every call across a city border leaves a record, and the citizen can read who asked about them, for what, and on which ground."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from roaming.ledger_store import FILE
from roaming.ledger_verify import verify
from sandbox.up import Stack
from tests.client import Citizen, Faults, FrontEnd, new_key

LOG = """
query L($cities: [CityId!], $first: Int! = 20, $after: Cursor) {
  me { accessLog(cities: $cities, first: $first, after: $after) {
    nodes { at home { code } visited { code } operation purpose agreementId consentId outcome code fromCache settled app
      actedByOther }
    edges { cursor }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  } }
}
"""
BILLS = "query B($cities: [CityId!]) { me { bills(cities: $cities) { nodes { id } coverage { city { code } outcome code } } } }"
SOCIAL = "query S($cities: [CityId!]) { me { socialInsurance(cities: $cities) { coverage { city { code } outcome code } } } }"
SUBMIT = """
mutation S($form: JSON!, $key: IdempotencyKey!) {
  submitApplication(input: {city: DEYANG, serviceCode: "HOTLINE-12345", form: $form, idempotencyKey: $key}) {
    application { id } userErrors { code } idempotency { replayed } }
}
"""
FORM = {"title": "行道树倒伏", "content": "一棵树倒在人行道上", "address": "德阳市旌阳区"}


def log_of(front_end: FrontEnd, **arguments: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = front_end.ask(LOG, **arguments).whole()["me"]["accessLog"]["nodes"]
    return nodes


def raw(stack: Stack) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(stack.places.state / FILE)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM ledger ORDER BY sequence")]


def test_a_read_in_another_city_leaves_a_record_that_names_its_ground(citizen: Citizen) -> None:
    """Home and visited city, operation, purpose, agreement, consent, outcome, app."""
    deng = citizen("deng")
    deng.ask(BILLS, cities=["CHENGDU", "DEYANG"]).whole()
    newest = log_of(deng, first=1)[0]
    assert (newest["home"]["code"], newest["visited"]["code"], newest["operation"]) == (
        "510600",
        "510100",
        "bills.list",
    )
    assert (newest["outcome"], newest["code"], newest["app"]) == ("OK", None, "roam-cli")
    assert newest["agreementId"].startswith("2026-")
    assert newest["purpose"]
    assert newest["consentId"]
    assert newest["actedByOther"] is newest["settled"] is False


def test_a_call_at_home_or_about_nobody_leaves_none(citizen: Citizen, stack: Stack) -> None:
    """The ledger is of what crosses a border."""
    deng = citizen("deng")
    log_of(deng)
    before = len(raw(stack))
    deng.ask(BILLS, cities=["DEYANG"]).whole()
    citizen(None).ask("{ notices(cities: [CHENGDU]) { nodes { id } } }").whole()
    log_of(deng)
    assert len(raw(stack)) == before


def test_a_refused_call_leaves_a_record_too(citizen: Citizen) -> None:
    """Who was turned away, and why, is part of the account."""
    deng = citizen("deng")
    deng.ask(SOCIAL, cities=["ZIYANG"]).whole()
    [newest] = log_of(deng, cities=["ZIYANG"], first=1)
    assert (newest["operation"], newest["outcome"], newest["code"]) == ("social.accounts", "DENIED", "NO_AGREEMENT")


def test_a_failed_call_leaves_a_record_with_its_code(citizen: Citizen, faults: Faults) -> None:
    mei = citizen("mei")
    faults("mianyang", "5xx")
    told = mei.ask(BILLS, cities=["MIANYANG"]).data["me"]["bills"]["coverage"][0]
    [newest] = log_of(mei, cities=["MIANYANG"], first=1)
    assert (told["outcome"], newest["outcome"], newest["code"]) == ("FAILED", "FAILED", told["code"])


def test_an_answer_that_the_gateway_still_had_is_recorded_as_such(citizen: Citizen) -> None:
    """The city was not asked again; that the citizen was shown it is known all the same."""
    zi = citizen("zi")
    for _ in range(2):
        zi.ask(BILLS, cities=["CHENGDU"]).whole()
    newest, before = log_of(zi, cities=["CHENGDU"], first=2)
    assert (newest["fromCache"], before["fromCache"]) == (True, False)
    assert newest["outcome"] == before["outcome"] == "OK"


def test_a_mutation_is_recorded_once_however_often_it_is_repeated(citizen: Citizen) -> None:
    """The same key replays, and a replay crosses no border."""
    chen, key = citizen("chen"), new_key("ledger")
    before = len([each for each in log_of(chen, first=200) if each["operation"] == "applications.submit"])
    for _ in range(3):
        assert chen.ask(SUBMIT, form=FORM, key=key).whole()["submitApplication"]["userErrors"] == []
    filed = [each for each in log_of(chen, first=200) if each["operation"] == "applications.submit"]
    assert len(filed) == before + 1
    assert (filed[0]["outcome"], filed[0]["visited"]["code"], filed[0]["agreementId"]) == ("OK", "510600", "2026-008")


def test_pages_follow_one_another_without_gap_or_repetition(citizen: Citizen) -> None:
    """New records arrive while one reads: the cursor holds its place."""
    deng = citizen("deng")
    for _ in range(7):
        deng.ask(BILLS, cities=["CHENGDU"]).whole()
    whole = log_of(deng, first=7)
    seen, after = list[dict[str, Any]](), None
    while len(seen) < 6:
        page = deng.ask(LOG, first=2, after=after).whole()["me"]["accessLog"]
        deng.ask(BILLS, cities=["CHENGDU"]).whole()
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        seen, after = seen + page["nodes"], page["pageInfo"]["endCursor"]
    assert seen == whole[:6]


def test_the_log_is_the_citizens_own(citizen: Citizen) -> None:
    """Another citizen of the same city sees nothing of it, and another's cursor does not open."""
    deng, other = citizen("deng"), citizen("test-li@deyang")
    deng.ask(BILLS, cities=["CHENGDU"]).whole()
    page = deng.ask(LOG, first=1).whole()["me"]["accessLog"]
    assert [each for each in log_of(other) if each["app"] != "roam-cli"] == []
    assert {each["operation"] for each in log_of(other)} <= {"bills.list", "account.link"}
    assert other.ask(LOG, first=1, after=page["pageInfo"]["endCursor"]).codes == ["INVALID_INPUT"]
    assert deng.ask(LOG, first=1, cities=["CHENGDU"], after=page["pageInfo"]["endCursor"]).codes == ["INVALID_INPUT"]
    assert citizen(None).ask(LOG).whole() == {"me": None}


@pytest.mark.parametrize("first", [0, -1, 1_001])
def test_a_page_size_out_of_bounds_is_told(citizen: Citizen, first: int) -> None:
    assert citizen("deng").ask(LOG, first=first).codes == ["INVALID_INPUT"]


def test_a_low_sign_in_does_not_read_the_log(citizen: Citizen) -> None:
    """Whoever found a phone shall not find a life."""
    answer = citizen("deng", "loa1").ask(LOG)
    assert answer.data["me"]["accessLog"] is None
    assert answer.codes == ["ASSURANCE_TOO_LOW"]


def test_the_ledger_that_the_journeys_wrote_is_whole(citizen: Citizen, stack: Stack) -> None:
    citizen("deng").ask(BILLS, cities=["CHENGDU"]).whole()
    verdict = verify(stack.places.state / FILE)
    assert verdict.findings == []
    assert verdict.count > 0


@pytest.fixture
def locked(stack: Stack) -> Iterator[sqlite3.Connection]:
    """The ledger as another process holds it."""
    with closing(sqlite3.connect(stack.places.state / FILE, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def test_while_the_ledger_cannot_be_written_nothing_crosses_a_border(
    citizen: Citizen, locked: sqlite3.Connection
) -> None:
    """A case is refused before its city is asked, with a clear code; once the ledger is free the same key goes through."""
    chen, key = citizen("chen"), new_key("locked")
    refused = chen.ask(SUBMIT, form=FORM, key=key).whole()["submitApplication"]
    assert [error["code"] for error in refused["userErrors"]] == ["LEDGER_UNAVAILABLE"]
    denied = chen.ask(BILLS, cities=["MEISHAN"]).whole()["me"]["bills"]["coverage"]
    assert [(each["outcome"], each["code"]) for each in denied] == [("DENIED", "LEDGER_UNAVAILABLE")]
    locked.execute("ROLLBACK")
    filed = chen.ask(SUBMIT, form=FORM, key=key).whole()["submitApplication"]
    assert (filed["userErrors"], filed["idempotency"]["replayed"]) == ([], False)
    [newest] = log_of(chen, cities=["DEYANG"], first=1)
    assert (newest["operation"], newest["outcome"]) == ("applications.submit", "OK")
