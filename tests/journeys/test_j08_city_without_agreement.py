"""J8, the agreements' half: of five cities asked at once, one without an agreement is DENIED alone."""

from tests.client import Citizen

FIVE = ["CHENGDU", "DEYANG", "MEISHAN", "ZIYANG", "MIANYANG"]
SOCIAL = """query S($cities: [CityId!]) { me { socialInsurance(cities: $cities) {
  nodes { kind source { city { slug } agreementId } }
  coverage { city { slug } outcome code message retryAfter count agreementId } } } }"""


def test_the_city_without_an_agreement_is_denied_and_the_others_answer_in_full(citizen: Citizen) -> None:
    """deng's home has none for Ziyang's insurance: no error, no missing row of another city, and a reason."""
    asked = citizen("deng").ask(SOCIAL, cities=FIVE)
    assert asked.errors == []
    told = asked.data["me"]["socialInsurance"]
    rows = {row["city"]["slug"]: row for row in told["coverage"]}
    assert {slug: (row["outcome"], row["code"]) for slug, row in rows.items()} == {
        "chengdu": ("OK", None),
        "deyang": ("NOT_OFFERED", "NOT_OFFERED"),
        "meishan": ("OK", None),
        "ziyang": ("DENIED", "NO_AGREEMENT"),
        "mianyang": ("NOT_OFFERED", "NOT_OFFERED"),
    }
    assert rows["ziyang"]["message"]
    assert (rows["ziyang"]["count"], rows["ziyang"]["agreementId"]) == (None, None)
    alone = citizen("deng").ask(SOCIAL, cities=["CHENGDU", "MEISHAN"]).whole()["me"]["socialInsurance"]
    assert [node["source"]["city"]["slug"] for node in told["nodes"]] == [
        node["source"]["city"]["slug"] for node in alone["nodes"]
    ]


def test_it_is_denied_whatever_its_place_among_the_cities(citizen: Citizen) -> None:
    """Neither the first nor the only city is special."""
    for cities in (["ZIYANG"], ["ZIYANG", "CHENGDU"], ["CHENGDU", "ZIYANG"]):
        told = citizen("deng").ask(SOCIAL, cities=cities).whole()["me"]["socialInsurance"]["coverage"]
        assert [row["city"]["slug"].upper() for row in told] == cities
        assert {row["city"]["slug"]: row["code"] for row in told}["ziyang"] == "NO_AGREEMENT"


def test_the_same_question_of_a_citizen_with_an_agreement_is_answered(citizen: Citizen) -> None:
    """Chengdu's citizens have one: it is the pair of cities that decides, not the city."""
    told = citizen("chen").ask(SOCIAL, cities=["ZIYANG"]).whole()["me"]["socialInsurance"]["coverage"]
    assert [(row["outcome"], row["agreementId"]) for row in told] == [("OK", "2026-003")]
