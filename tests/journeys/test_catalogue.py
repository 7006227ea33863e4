"""The catalogue: 411 official rows of one city beside the shared register, filtered, paged, and found."""

from typing import Any

import pytest

from tests.client import Citizen, FrontEnd

SERVICES = """
query S($filter: ServiceFilter, $first: Int! = 50, $after: Cursor) {
  services(filter: $filter, first: $first, after: $after) {
    totalCount nodes { code name theme type } pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""
SEARCH = """
query F($text: String!, $cities: [CityId!], $themes: [Theme!], $first: Int! = 20, $after: Cursor) {
  search(text: $text, cities: $cities, themes: $themes, first: $first, after: $after) {
    edges { score highlight cursor node { __typename ... on Service { code name theme } ... on Notice { title } } }
    facets { city { slug } theme count } pageInfo { hasNextPage endCursor } coverage { city { slug } outcome }
  }
}
"""


def walk(front: FrontEnd, first: int, **chosen: Any) -> list[str]:
    codes: list[str] = []
    after = None
    while True:
        page = front.ask(SERVICES, first=first, after=after, filter=chosen).whole()["services"]
        codes += [node["code"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(codes)
            return codes
        after = page["pageInfo"]["endCursor"]


def test_every_row_of_the_official_list_is_a_provider(citizen: Citizen) -> None:
    """411 rows were published; a row that has no name is still somebody's duty."""
    query = """query P($after: Cursor) { services(filter: {cities: [MIANYANG]}, first: 200, after: $after) {
        nodes { providers(cities: [MIANYANG]) { id } } pageInfo { hasNextPage endCursor } } }"""
    after, ids = None, set()
    while True:
        page = citizen(None).ask(query, after=after).whole()["services"]
        ids |= {provider["id"] for node in page["nodes"] for provider in node["providers"]}
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(ids) == 411


def test_a_walk_through_the_catalogue_is_the_same_at_every_page_size(citizen: Citizen) -> None:
    """Signed cursors over what the gateway itself holds."""
    whole = walk(citizen(None), 500, cities=["MIANYANG"])
    assert len(whole) == len(set(whole))
    assert walk(citizen(None), 37, cities=["MIANYANG"]) == whole


@pytest.mark.parametrize(
    ("chosen", "field", "allowed"),
    [
        ({"themes": ["BILLS", "HOUSING"]}, "theme", {"BILLS", "HOUSING"}),
        ({"types": ["INFO"]}, "type", {"INFO"}),
    ],
)
def test_a_filter_keeps_what_it_names(citizen: Citizen, chosen: dict[str, Any], field: str, allowed: set[str]) -> None:
    """By theme and type, as in the cities' own lists."""
    nodes = citizen(None).ask(SERVICES, filter={"cities": ["MIANYANG"], **chosen}).whole()["services"]["nodes"]
    assert nodes
    assert {node[field] for node in nodes} <= allowed


def test_only_what_may_be_used_from_home_is_listed_when_asked(citizen: Citizen) -> None:
    """A Chengdu citizen in Deyang: water, the ride code, 12345; not the notary, whose agreement is not signed."""
    query = "{ roam(city: DEYANG) { services(filter: {roamableFrom: CHENGDU}) { nodes { code } } } }"
    codes = {node["code"] for node in citizen("chen").ask(query).whole()["roam"]["services"]["nodes"]}
    assert codes == {"WATER-QUERY", "WATER-PAY", "TRANSIT-CODE", "HOTLINE-12345"}


@pytest.mark.parametrize("text", ["水费", "shuifei", "SF", "Water bills", "水费查询"])
def test_a_service_is_found_by_chinese_pinyin_and_english(citizen: Citizen, text: str) -> None:
    """Whatever keyboard is at hand."""
    edges = citizen(None).ask(SEARCH, text=text).whole()["search"]["edges"]
    assert "WATER-QUERY" in [edge["node"].get("code") for edge in edges]
    scores = [edge["score"] for edge in edges]
    assert scores == sorted(scores, reverse=True)


def test_search_finds_notices_and_counts_facets(citizen: Citizen) -> None:
    """停水 is both a service and today's news; the facets count all hits, not the page's."""
    found = citizen(None).ask(SEARCH, text="停水", cities=["CHENGDU", "MIANYANG"], first=2).whole()["search"]
    every = citizen(None).ask(SEARCH, text="停水", cities=["CHENGDU", "MIANYANG"], first=500).whole()["search"]
    assert {"Notice", "Service"} <= {edge["node"]["__typename"] for edge in every["edges"]}
    assert found["facets"] == every["facets"]
    assert sum(f["count"] for f in found["facets"] if f["city"]) >= len(every["edges"])
    assert {row["outcome"] for row in found["coverage"]} == {"OK"}
    assert "停水" in (found["edges"][0]["highlight"] or "")


@pytest.mark.parametrize("text", ["", "   ", "水" * 65])
def test_a_search_text_out_of_bounds_is_refused(citizen: Citizen, text: str) -> None:
    """A clear error instead of an empty page."""
    answer = citizen(None).ask(SEARCH, text=text)
    assert answer.codes == ["INVALID_INPUT"]


def test_statistics_are_dated_facts_side_by_side(citizen: Citizen) -> None:
    """Three figures for one thing were published on three days: all three are told, none is summed."""
    query = "{ city(id: CHENGDU) { statistics { name qualifier value unit asOf source } } }"
    facts = citizen(None).ask(query).whole()["city"]["statistics"]
    users = [(f["qualifier"], f["value"], f["asOf"]) for f in facts if f["name"] == "注册用户"]
    assert users == [("突破", "10000000", "2021-07-08"), ("突破", "11900000", "2022-03-26"), (None, "13710000", "2023")]


@pytest.mark.parametrize("language", ["zh-CN,zh;q=0.9,en;q=0.8", "en-US,en;q=0.9"])
def test_names_come_in_the_language_the_client_accepts(citizen: Citizen, language: str) -> None:
    """An argument wins over the header."""
    front = FrontEnd(citizen(None).url, headers={"accept-language": language})
    city = front.ask("{ city(id: DEYANG) { name zh: name(lang: ZH) en: name(lang: EN) } }").whole()["city"]
    assert (city["zh"], city["en"]) == ("德阳市", "Deyang")
    assert city["name"] == ("德阳市" if language.startswith("zh") else "Deyang")


def test_objects_are_refetched_by_their_ids(citizen: Citizen) -> None:
    """A cache in a front-end asks again by id and gets the same object."""
    query = """{ cities { id } service(code: "WATER-QUERY") { id providers { id } }
                 notices(cities: [CHENGDU], first: 1) { nodes { id } }
                 roam(city: CHENGDU) { venues(kind: HOSPITAL, first: 1) { nodes { id } } } }"""
    data = citizen(None).ask(query).whole()
    ids = [
        data["cities"][0]["id"],
        data["service"]["id"],
        data["service"]["providers"][0]["id"],
        data["notices"]["nodes"][0]["id"],
        data["roam"]["venues"]["nodes"][0]["id"],
    ]
    node = "query N($id: ID!) { node(id: $id) { id __typename } }"
    found = [citizen(None).ask(node, id=each).whole()["node"] for each in ids]
    assert [each["id"] for each in found] == ids
    assert [each["__typename"] for each in found] == ["City", "Service", "ServiceProvider", "Notice", "Venue"]
    for stranger in ("x", "Bill:deyang:1", ids[0][:-3] + "abc", "水"):
        assert citizen(None).ask(node, id=stranger).whole()["node"] is None


def test_contributed_fields_obey_the_same_rules(citizen: Citizen) -> None:
    """Deyang's credit score is for its own citizens; Ziyang's policies are for everybody."""
    query = '{ local { deyang { creditScore { score level } shuttleLines { line } } ziyang { policies(keyword: "企业") { title url } } } }'
    at_home = citizen("deng").ask(query).whole()["local"]
    assert at_home["deyang"]["creditScore"]["score"] > 0
    assert at_home["deyang"]["shuttleLines"]
    assert at_home["ziyang"]["policies"]
    abroad = citizen("chen").ask(query)
    assert abroad.data["local"]["deyang"]["creditScore"] is None
    assert abroad.codes == ["NO_AGREEMENT"]
    nobody = citizen(None).ask(query)
    assert nobody.data["local"]["deyang"]["creditScore"] is None
    assert nobody.codes == ["UNAUTHENTICATED"]
