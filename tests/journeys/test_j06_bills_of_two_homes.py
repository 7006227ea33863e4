"""J6. mian has gas in Mianyang and water in Deyang: one list by due date, over both cities."""

from decimal import Decimal
from typing import Any

import pytest

from tests.client import Answer, Citizen, Faults, FrontEnd

BILLS = """
query Bills($cities: [CityId!], $filter: BillFilter, $first: Int! = 20, $after: Cursor) {
  me {
    bills(cities: $cities, filter: $filter, first: $first, after: $after) {
      edges { cursor node { id kind state payee dueOn amount { amount } source { city { slug } fromCache agreementId } } }
      pageInfo { hasNextPage endCursor }
      unpaidTotal { amount currency }
      coverage { city { slug } outcome code retryAfter count dropped agreementId }
    }
  }
}
"""
PAGES = BILLS.replace("      unpaidTotal { amount currency }\n", "")  # a total makes the gateway read everything


def nodes(answer: Answer) -> list[Any]:
    return [edge["node"] for edge in answer.data["me"]["bills"]["edges"]]


def coverage(answer: Answer) -> dict[str, Any]:
    return {row["city"]["slug"]: row for row in answer.data["me"]["bills"]["coverage"]}


def walk(front: FrontEnd, first: int, **variables: Any) -> list[str]:
    """The ids of every page, in the order they were handed out."""
    ids: list[str] = []
    after = None
    while True:
        page = front.ask(PAGES, first=first, after=after, **variables).whole()["me"]["bills"]
        ids += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return ids


def test_the_bills_of_both_homes_are_one_list_by_due_date(citizen: Citizen) -> None:
    """The citizen sees what is due next, not which city's system it lives in."""
    answer = citizen("mian").ask(BILLS, cities=["MIANYANG", "DEYANG"])
    found = nodes(answer.whole() and answer)
    assert {"mianyang", "deyang"} <= {bill["source"]["city"]["slug"] for bill in found}
    assert {"GAS", "WATER"} <= {bill["kind"] for bill in found}
    dues = [bill["dueOn"] for bill in found if bill["dueOn"]]
    assert dues == sorted(dues, reverse=True)
    assert [row["outcome"] for row in coverage(answer).values()] == ["OK", "OK"]


def test_without_cities_the_linked_ones_are_asked(citizen: Citizen) -> None:
    """Where the citizen has accounts is known; nobody should have to say it."""
    assert {"mianyang", "deyang"} <= set(coverage(citizen("mian").ask(BILLS)))


def test_the_unpaid_total_covers_all_matching_rows_of_all_pages(citizen: Citizen) -> None:
    """A total of the first page alone would be a lie."""
    everything = nodes(citizen("mian").ask(BILLS, cities=["MIANYANG", "DEYANG"]))
    due = sum(Decimal(b["amount"]["amount"]) for b in everything if b["state"] in ("UNPAID", "OVERDUE"))
    first = citizen("mian").ask(BILLS, cities=["MIANYANG", "DEYANG"], first=1).whole()["me"]["bills"]
    assert first["unpaidTotal"] == {"amount": f"{due:.2f}", "currency": "CNY"}
    assert len(first["edges"]) == 1


def test_abroad_only_the_kinds_that_are_shared_are_handed_out(citizen: Citizen) -> None:
    """Deyang shares water with Mianyang's citizens, not gas: those rows never cross."""
    answer = citizen("mian").ask(BILLS, cities=["DEYANG"])
    assert {bill["kind"] for bill in nodes(answer)} == {"WATER"}
    assert coverage(answer)["deyang"]["agreementId"] == "2026-002"
    only_gas = (
        citizen("mian").ask(BILLS, cities=["DEYANG"], filter={"kinds": ["GAS"]}).whole()["me"]["bills"]["coverage"]
    )
    assert [(row["outcome"], row["code"]) for row in only_gas] == [("DENIED", "NO_AGREEMENT")]


def test_with_one_city_down_the_other_still_answers(citizen: Citizen, faults: Faults) -> None:
    """One failing city costs its own rows, one error, and the total, which nobody can know now."""
    faults("deyang", "refuse")
    answer = citizen("mian").ask(BILLS, cities=["MIANYANG", "DEYANG"], filter={"dueBefore": "2031-01-01"})
    assert {bill["source"]["city"]["slug"] for bill in nodes(answer)} == {"mianyang"}
    assert coverage(answer)["deyang"]["outcome"] == "FAILED"
    assert coverage(answer)["deyang"]["code"] == "BACKEND_UNREACHABLE"
    assert [(error["extensions"]["city"], error["path"]) for error in answer.errors] == [("deyang", ["me", "bills"])]
    assert answer.data["me"]["bills"]["unpaidTotal"] is None


def test_with_both_cities_down_there_is_an_empty_list_and_two_errors(citizen: Citizen, faults: Faults) -> None:
    """`data` stays: the client shows an empty list with the reason, not a blank page."""
    faults("deyang", "refuse")
    faults("mianyang", "refuse")
    answer = citizen("mian").ask(BILLS, cities=["MIANYANG", "DEYANG"], filter={"dueBefore": "2031-01-02"})
    assert nodes(answer) == []
    assert {row["outcome"] for row in coverage(answer).values()} == {"FAILED"}
    assert answer.codes == ["BACKEND_UNREACHABLE"] * 2


def test_a_row_that_a_city_sends_twice_counts_once(citizen: Citizen, faults: Faults) -> None:
    """A duplicate would be paid twice by a hurried citizen."""
    once = nodes(citizen("mian").ask(BILLS, cities=["MIANYANG"], filter={"dueBefore": "2031-01-03"}))
    faults("mianyang", "duplicate_row")
    answer = citizen("mian").ask(BILLS, cities=["MIANYANG"], filter={"dueBefore": "2031-01-04"})
    assert [bill["id"] for bill in nodes(answer)] == [bill["id"] for bill in once]
    assert coverage(answer)["mianyang"]["outcome"] == "OK"


def test_a_row_that_breaks_the_contract_is_withheld_and_told(citizen: Citizen, faults: Faults) -> None:
    """A wrong amount shown is worse than a missing row that says it is missing."""
    whole = nodes(citizen("mian").ask(BILLS, cities=["MIANYANG"], filter={"dueBefore": "2031-01-05"}))
    faults("mianyang", "bad_row")
    answer = citizen("mian").ask(BILLS, cities=["MIANYANG"], filter={"dueBefore": "2031-01-06"})
    assert len(nodes(answer)) == len(whole) - 1
    row = coverage(answer)["mianyang"]
    assert (row["outcome"], row["dropped"]) == ("PARTIAL", 1)


def test_providers_of_one_service_have_keys_of_their_own(citizen: Citizen) -> None:
    """Four companies in one city all call it 燃气缴费: a name is never a key."""
    query = '{ service(code: "GAS-PAY") { providers(cities: [MIANYANG]) { id department localName } } }'
    providers = citizen(None).ask(query).whole()["service"]["providers"]
    assert len(providers) == 4
    assert len({provider["id"] for provider in providers}) == 4


@pytest.mark.parametrize("slug", ["chengdu", "deyang", "meishan", "ziyang", "mianyang"])
def test_137_rows_are_the_same_at_every_page_size(citizen: Citizen, slug: str) -> None:
    """No row lost, repeated or out of order, whatever the city's own page style is."""
    front = citizen(f"test-many@{slug}")
    whole = walk(front, 200)
    assert len(whole) == len(set(whole)) == 137
    assert walk(front, 50) == whole
    assert walk(front, 10) == whole


def test_a_walk_over_several_cities_keeps_one_order(citizen: Citizen) -> None:
    """The cursor holds every city's place at once."""
    cities = ["CHENGDU", "DEYANG", "MEISHAN", "ZIYANG", "MIANYANG"]
    whole = walk(citizen("deng"), 200, cities=cities)
    assert len(whole) == len(set(whole)) > 5
    assert walk(citizen("deng"), 3, cities=cities) == whole
    assert walk(citizen("deng"), 1, cities=cities) == whole


def test_a_city_that_fails_stays_out_of_that_walk(citizen: Citizen, faults: Faults) -> None:
    """Its rows would come too late: after rows that they precede."""
    front, chosen = citizen("deng"), {"cities": ["DEYANG", "MIANYANG"], "filter": {"dueBefore": "2031-01-07"}}
    faults("mianyang", "refuse")
    first = front.ask(PAGES, first=2, **chosen)
    faults("mianyang", "none")
    after = first.data["me"]["bills"]["pageInfo"]["endCursor"]
    second = front.ask(PAGES, first=50, after=after, **chosen)
    assert {bill["source"]["city"]["slug"] for bill in nodes(second)} == {"deyang"}
    assert coverage(second)["mianyang"]["outcome"] == "FAILED"
    assert second.errors == []


def cursor_of(front: FrontEnd, **variables: Any) -> str:
    page = front.ask(PAGES, first=1, **variables).whole()["me"]["bills"]
    cursor: str = page["pageInfo"]["endCursor"]
    return cursor


def refused(front: FrontEnd, cursor: str, **variables: Any) -> bool:
    answer = front.ask(PAGES, after=cursor, **variables)
    return answer.codes == ["INVALID_INPUT"] and answer.data["me"]["bills"] is None


def test_a_forged_cursor_is_refused(citizen: Citizen) -> None:
    """A cursor decides what a city is asked; only the gateway may write one."""
    front = citizen("mian")
    good = cursor_of(front, cities=["MIANYANG"])
    flipped = good[:-2] + ("AA" if good[-2:] != "AA" else "BB")
    assert refused(front, flipped, cities=["MIANYANG"])
    assert refused(front, "not-a-cursor", cities=["MIANYANG"])


def test_a_cursor_of_another_citizen_filter_or_list_is_refused(citizen: Citizen) -> None:
    """A cursor names rows; somebody else's names somebody else's rows."""
    good = cursor_of(citizen("mian"), cities=["MIANYANG"])
    assert refused(citizen("deng"), good, cities=["MIANYANG"])
    assert refused(citizen("mian"), good, cities=["MIANYANG"], filter={"kinds": ["WATER"]})
    assert refused(citizen("mian"), good, cities=["DEYANG"])


def test_with_one_city_refusing_and_one_hanging_the_answer_comes_within_the_deadline(
    citizen: Citizen, faults: Faults
) -> None:
    """The slowest city sets the pace only up to the deadline."""
    faults("deyang", "refuse")
    faults("meishan", "hang")
    cities = ["CHENGDU", "DEYANG", "MEISHAN", "ZIYANG", "MIANYANG"]
    answer = citizen("deng").ask(BILLS, cities=cities, filter={"dueBefore": "2031-01-08"})
    outcomes = {slug: (row["outcome"], row["code"]) for slug, row in coverage(answer).items()}
    assert outcomes["deyang"] == ("FAILED", "BACKEND_UNREACHABLE")
    assert outcomes["meishan"] == ("FAILED", "BACKEND_TIMEOUT")
    assert {outcomes[slug][0] for slug in ("chengdu", "ziyang", "mianyang")} == {"OK"}
    assert {bill["source"]["city"]["slug"] for bill in nodes(answer)} == {"chengdu", "ziyang", "mianyang"}
