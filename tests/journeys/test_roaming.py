"""What crosses a city border, and what does not: offers and agreements decide, and say why."""

from typing import Any

import pytest

from tests.client import Citizen

SOCIAL = """
query S($cities: [CityId!]) {
  me { socialInsurance(cities: $cities) {
    nodes { kind state balance { amount } source { city { slug } agreementId department } }
    coverage { city { slug } outcome code message agreementId }
  } }
}
"""


def test_an_agreement_opens_a_city_to_citizens_of_the_cities_it_names(citizen: Citizen) -> None:
    """Ziyang's old system shares insurance with Chengdu and Meishan only."""
    for persona in ("chen", "mei"):
        assert citizen(persona).ask(SOCIAL, cities=["ZIYANG"]).outcomes("socialInsurance")["ziyang"] == ("OK", None)
    denied = citizen("deng").ask(SOCIAL, cities=["MEISHAN", "ZIYANG"])
    assert denied.outcomes("socialInsurance") == {"meishan": ("OK", None), "ziyang": ("DENIED", "NO_AGREEMENT")}
    assert denied.errors == []


def test_a_city_that_has_no_such_operation_does_not_offer_it(citizen: Citizen) -> None:
    """Not offered is not a failure: nobody should retry it."""
    answer = citizen("deng").ask(SOCIAL, cities=["DEYANG", "MIANYANG"])
    assert set(answer.outcomes("socialInsurance").values()) == {("NOT_OFFERED", "NOT_OFFERED")}


def test_rows_from_abroad_name_the_agreement_they_rest_on(citizen: Citizen) -> None:
    """Provenance is what makes a roaming answer accountable."""
    nodes = citizen("chen").ask(SOCIAL, cities=["CHENGDU", "MEISHAN"]).whole()["me"]["socialInsurance"]["nodes"]
    rests_on = {node["source"]["city"]["slug"]: node["source"]["agreementId"] for node in nodes}
    assert rests_on == {"chengdu": None, "meishan": "2026-005"}


def test_a_citizen_whom_the_city_does_not_know_is_told_to_link(citizen: Citizen) -> None:
    """test-nobody signs in, but no city has an account: DENIED, with the code that leads to linking."""
    answer = citizen("test-nobody@meishan").ask(SOCIAL, cities=["MEISHAN"])
    assert answer.outcomes("socialInsurance") == {"meishan": ("DENIED", "ACCOUNT_NOT_LINKED")}
    accounts = (
        citizen("test-nobody@meishan").ask("{ me { accounts { city { slug } state } } }").whole()["me"]["accounts"]
    )
    assert {"city": {"slug": "meishan"}, "state": "NOT_LINKED"} in accounts


def test_public_information_needs_neither_agreement_nor_citizen(citizen: Citizen) -> None:
    """Outage notices are for everybody."""
    query = """{ notices(cities: [CHENGDU, MIANYANG]) { nodes { title publishedAt source { agreementId } }
                 coverage { outcome count } } }"""
    told = citizen(None).ask(query).whole()["notices"]
    assert [row["outcome"] for row in told["coverage"]] == ["OK", "OK"]
    published = [node["publishedAt"] for node in told["nodes"]]
    assert published == sorted(published, reverse=True)


@pytest.mark.parametrize(
    ("persona", "city", "standing"),
    [("deng", "DEYANG", "LOCAL"), ("chen", "DEYANG", "ROAMING"), (None, "DEYANG", "VISITOR")],
)
def test_how_a_caller_stands_in_a_city(citizen: Citizen, persona: str | None, city: str, standing: str) -> None:
    """Local, roaming under an agreement, or a visitor."""
    query = "query R($city: CityId!) { roam(city: $city) { standing } }"
    assert citizen(persona).ask(query, city=city).whole()["roam"]["standing"] == standing


def test_a_single_city_field_that_may_not_be_asked_is_null_with_a_code(citizen: Citizen) -> None:
    """mei's home city has no agreement for Deyang's ride code."""
    answer = citizen("mei").ask("{ roam(city: DEYANG) { standing rideCode { payload } } }")
    assert answer.data["roam"]["rideCode"] is None
    assert [(e["extensions"]["code"], e["extensions"]["city"]) for e in answer.errors] == [("NO_AGREEMENT", "deyang")]


def test_a_share_explains_itself(citizen: Citizen) -> None:
    """An operator asks why: the agreement, its claims and its last day, or the reason for a no."""
    query = """query P($with: CityId!) { service(code: "SI-QUERY") { providers(cities: [ZIYANG]) {
        share(with: $with) { allowed reason agreementId claims validUntil provider { slug } consumer { slug } } } } }"""

    def share(with_: str) -> Any:
        return citizen(None).ask(query, **{"with": with_}).whole()["service"]["providers"][0]["share"]

    yes, no = share("CHENGDU"), share("DEYANG")
    assert (yes["allowed"], yes["agreementId"], yes["claims"]) == (True, "2026-003", ["ID_NUMBER", "NAME"])
    assert yes["validUntil"] == "2029-01-10"
    assert (no["allowed"], no["reason"], no["agreementId"]) == (False, "NOT_OFFERED", None)


def test_the_best_provider_is_at_home_then_where_one_may_roam(citizen: Citizen) -> None:
    """A citizen is sent to the city that can serve them."""
    query = "query B($code: ID!) { service(code: $code) { best { city { slug } } } }"
    assert citizen("mian").ask(query, code="WATER-QUERY").whole()["service"]["best"]["city"]["slug"] == "mianyang"
    assert citizen("deng").ask(query, code="HOSP-APPT").whole()["service"]["best"]["city"]["slug"] == "chengdu"
    assert citizen("mei").ask(query, code="TRANSIT-CODE").whole()["service"]["best"] is None


def test_a_fields_level_of_assurance_is_kept(citizen: Citizen) -> None:
    """Too low a sign-in empties the field alone, and says which level it takes."""
    answer = citizen("deng", "loa1").ask("{ me { assurance homeCity { slug } bills { nodes { id } } } }")
    assert answer.data["me"] == {"assurance": "REGISTERED", "homeCity": {"slug": "deyang"}, "bills": None}
    assert answer.codes == ["ASSURANCE_TOO_LOW"]
    assert answer.errors[0]["extensions"]["required"] == "REAL_NAME"


def test_names_and_numbers_are_masked(citizen: Citizen) -> None:
    """What a screen shows to whoever looks over a shoulder."""
    me = citizen("deng").ask("{ me { id displayName maskedPhone } }").whole()["me"]
    assert me["displayName"].endswith("*")
    assert me["maskedPhone"].startswith("199****")
    assert "deng" not in me["id"]


def test_citizens_never_see_each_others_rows(citizen: Citizen) -> None:
    """Same question, same cache, two citizens: disjoint answers."""
    query = "{ me { bills { nodes { id } } } }"
    seen = [
        {node["id"] for node in citizen(f"{who}@deyang").ask(query).whole()["me"]["bills"]["nodes"]}
        for who in ("test-zhang", "test-li")
    ]
    assert seen[0]
    assert seen[1]
    assert not seen[0] & seen[1]
    theirs = next(iter(seen[0]))
    other = citizen("test-li@deyang").ask("query N($id: ID!) { node(id: $id) { id } }", id=theirs)
    assert other.data["node"] is None


def test_a_persona_with_rare_characters_survives_every_protocol(citizen: Citizen) -> None:
    """㛃 𠅤 䶮: GB18030, JSON, form and XML alike must carry a citizen's name."""
    mask = citizen("test-hanzi@ziyang").ask("{ me { displayName } }").whole()["me"]["displayName"]
    assert mask[0] == "㛃"
    told = citizen("test-hanzi@ziyang").ask("{ me { socialInsurance { nodes { employer } } } }").whole()
    assert any("𠅤" in (node["employer"] or "") for node in told["me"]["socialInsurance"]["nodes"])
