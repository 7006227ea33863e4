"""A provincial supergraph composes the gateway as one of its subgraphs, and refers to its entities by their keys."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import ObjectTypeDefinitionNode, SchemaExtensionNode, parse, print_ast, validate
from strawberry.federation import Schema

from edge.body import GraphQLRequest
from federation.client import SubgraphRequest, SubgraphResponse
from federation.compose import Composed, Source, compose
from federation.graph import Graph
from supergateway import Gateway
from supergateway.subgraph import HttpSubgraph
from tests.client import Answer, Citizen, FrontEnd

PAGE = Path(__file__).resolve().parents[2] / "docs" / "supergraph.md"

ENTITIES = """
query Entities($them: [_Any!]!) {
  _entities(representations: $them) {
    __typename
    ... on City { code slug name(lang: EN) }
    ... on Service { item: code theme providers(cities: [DEYANG]) { department } }
    ... on ServiceProvider { id department city { slug } }
    ... on Venue { id name source { city { slug } } }
  }
}
"""


def ask(front: FrontEnd, query: str, **variables: Any) -> Answer:
    """As a router asks: at the subgraph's own address."""
    return front.send(json.dumps({"query": query, "variables": variables}).encode(), "/subgraph")


def entities(front: FrontEnd, *them: Any) -> Answer:
    return ask(front, ENTITIES, them=list(them))


def sdl_of(front: FrontEnd) -> str:
    return str(ask(front, "{ _service { sdl } }").whole()["_service"]["sdl"])


def city(code: str) -> dict[str, str]:
    return {"__typename": "City", "code": code}


def a_provider(front: FrontEnd) -> dict[str, str]:
    found = front.ask('{ service(code: "WATER-QUERY") { providers(cities: [DEYANG]) { id } } }').whole()
    return {"__typename": "ServiceProvider", "id": found["service"]["providers"][0]["id"]}


def some_venues(front: FrontEnd) -> list[dict[str, str]]:
    found = front.ask("{ roam(city: CHENGDU) { venues(kind: HOSPITAL, first: 3) { nodes { id } } } }").whole()
    return [{"__typename": "Venue", "id": node["id"]} for node in found["roam"]["venues"]["nodes"]]


def test_the_sdl_links_federation_and_has_the_keys(citizen: Citizen) -> None:
    """What a composition reads before anything is asked."""
    document = parse(sdl_of(citizen(None)))
    (link,) = [print_ast(d) for d in document.definitions if isinstance(d, SchemaExtensionNode)]
    assert 'url: "https://specs.apollo.dev/federation/v2.' in link
    types = {d.name.value: d for d in document.definitions if isinstance(d, ObjectTypeDefinitionNode)}
    applied = [(name, print_ast(one)) for name, each in types.items() for one in each.directives or ()]
    keys = {name: text for name, text in applied if text.startswith("@key")}
    assert keys == {
        "City": '@key(fields: "code")',
        "Service": '@key(fields: "code")',
        "ServiceProvider": '@key(fields: "id")',
        "Venue": '@key(fields: "id")',
    }
    assert "DeyangLocal" in types, "the cities' own fields belong to the graph"
    assert not [field for field in types["Query"].fields or () if field.name.value.startswith("_")]


def test_the_canonical_graph_stays_as_it_is(citizen: Citizen) -> None:
    """A second way in would be one more to guard, and no front-end needs it."""
    for query in ("{ _service { sdl } }", '{ _entities(representations: [{__typename: "City"}]) { __typename } }'):
        assert citizen(None).ask(query).codes == ["GRAPHQL_VALIDATION_FAILED"]
    assert "@key" not in json.dumps(citizen(None).ask("{ __schema { directives { name } } }").whole())


def test_the_graph_itself_answers_at_the_same_address(citizen: Citizen) -> None:
    """A router asks for root fields of the subgraph where it asks for entities."""
    query = "{ city(id: DEYANG) { code } gateway { schemaVersion } }"
    at_subgraph, at_graph = ask(citizen(None), query), citizen(None).ask(query)
    assert at_subgraph.whole()["city"] == at_graph.whole()["city"] == {"code": "510600"}
    assert at_subgraph.extensions["roam"]["schema"] != at_graph.extensions["roam"]["schema"]


def test_entities_of_every_kind_come_in_the_order_they_were_asked_for(citizen: Citizen) -> None:
    """A router puts them back by position."""
    provider, venues = a_provider(citizen(None)), some_venues(citizen(None))
    assert len(venues) > 1
    water = {"__typename": "Service", "code": "WATER-QUERY"}
    them = [venues[1], city("510600"), water, provider, city("510100"), venues[0], city("510600")]
    found = entities(citizen(None), *them).whole()["_entities"]
    assert [one["__typename"] for one in found] == [one["__typename"] for one in them]
    assert [one.get("id") for one in found] == [one.get("id") for one in them]
    assert [one["slug"] for one in found if one["__typename"] == "City"] == ["deyang", "chengdu", "deyang"]
    assert found[1] == {"__typename": "City", "code": "510600", "slug": "deyang", "name": "Deyang"}
    assert found[2]["providers"]
    assert found[3]["city"] == {"slug": "deyang"}
    assert found[0]["name"] != found[5]["name"]
    assert found[0]["source"] == {"city": {"slug": "chengdu"}}


def test_what_names_nothing_is_null_and_costs_nobody_else(citizen: Citizen) -> None:
    """Entities come from other subgraphs, which may know more cities than we do."""
    deyang = citizen(None).ask("{ city(id: DEYANG) { id } }").whole()["city"]["id"]
    unknown = [
        city("999999"),
        {"__typename": "Service", "code": "NO-SUCH"},
        {"__typename": "ServiceProvider", "id": "made-up"},
        {"__typename": "Venue", "id": a_provider(citizen(None))["id"]},
        {"__typename": "Venue", "id": deyang},
    ]
    found = entities(citizen(None), *unknown, city("511400")).whole()["_entities"]
    assert found[:-1] == [None] * len(unknown)
    assert found[-1]["slug"] == "meishan"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        [],
        "City",
        7,
        {"__typename": "Bill", "id": "x"},
        {"__typename": "Query"},
        {"__typename": ["City"], "code": "510600"},
        {"__typename": "City"},
        {"__typename": "City", "code": None},
        {"__typename": "City", "code": 510600},
        {"__typename": "Service", "code": {"a": 1}},
    ],
    ids=repr,
)
def test_a_representation_of_the_wrong_shape_costs_its_own_place(citizen: Citizen, wrong: Any) -> None:
    """A mistake of one subgraph must not take the rest of the page with it."""
    answer = entities(citizen(None), city("510600"), wrong)
    assert [one and one["slug"] for one in answer.data["_entities"]] == ["deyang", None]
    assert [(one["extensions"]["code"], one["path"]) for one in answer.errors] == [("INVALID_INPUT", ["_entities", 1])]


def test_too_many_representations_are_refused_before_anything_is_looked_up(citizen: Citizen) -> None:
    """The cost limit of a front-end's query holds for a router's too."""
    answer = entities(citizen(None), *[city("510600")] * 10_001)
    assert answer.codes == ["QUERY_REJECTED"]
    assert answer.data is None


def test_personal_data_needs_the_citizens_own_token(citizen: Citizen) -> None:
    """The router forwards it; without it nobody is asking, and a bad one is nobody's."""
    query = "{ me { displayName bills(cities: [DEYANG]) { nodes { id } } } }"
    nobody = ask(citizen(None), query)
    assert nobody.whole() == {"me": None}
    bills = ask(citizen("deng"), query).whole()["me"]["bills"]["nodes"]
    assert bills
    lookup = "query N($id: ID!) { node(id: $id) { id } }"
    refused = ask(citizen(None), lookup, id=bills[0]["id"])
    assert (refused.data, refused.codes) == ({"node": None}, ["UNAUTHENTICATED"])
    as_venue = entities(citizen(None), {"__typename": "Venue", "id": bills[0]["id"]})
    assert as_venue.whole() == {"_entities": [None]}
    assert ask(FrontEnd(citizen(None).url, "nonsense"), query).codes == ["UNAUTHENTICATED"]


@strawberry.federation.type(keys=["code"])
class City:
    """A city as the province's statistics office knows it."""

    code: str
    metro_lines: int

    @classmethod
    def resolve_reference(cls, code: str) -> "City":
        return City(code=code, metro_lines={"510100": 13}.get(code, 0))


@strawberry.type
class Query:
    """The province's own root."""

    @strawberry.field
    def growing(self) -> list[City]:
        return [City.resolve_reference(code) for code in ("510600", "510100")]


class Province:
    """The second subgraph, in process (federation.client.SubgraphClient)."""

    schema = Schema(query=Query)

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        result = await self.schema.execute(request.operation, dict(request.variables))
        assert not result.errors
        return SubgraphResponse(result.data)


def test_a_provincial_supergraph_answers_from_both(citizen: Citizen) -> None:
    """From the province's cities to ours and back, by their code."""
    url = f"{citizen(None).url}/subgraph"
    composed = compose([Source("cityroam", sdl_of(citizen(None)), url), Source("province", Province.schema.as_str())])
    assert isinstance(composed, Composed), composed
    query = """{ growing { code metroLines slug statistics { name } } city(id: CHENGDU) { metroLines appName } }"""

    async def answered() -> Any:
        async with HttpSubgraph(url, timeout_seconds=10) as cityroam:
            gateway = Gateway(Graph(composed.sdl), {"cityroam": cityroam, "province": Province()})
            return (await gateway.answer(GraphQLRequest(query, None, {}), {})).formatted()

    data = asyncio.run(answered())["data"]
    assert data["city"]["metroLines"] == 13
    assert [(one["code"], one["metroLines"], one.get("slug")) for one in (data["growing"] or [])[:2]] == [
        ("510600", 0, "deyang"),
        ("510100", 13, "chengdu"),
    ]


def test_the_example_of_the_page_composes(citizen: Citizen) -> None:
    """A province's engineer copies it first."""
    province, query, *_ = re.findall(r"^```gql\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    composed = compose([Source("cityroam", sdl_of(citizen(None))), Source("province", province)])
    assert isinstance(composed, Composed), composed
    assert validate(Graph(composed.sdl).api, parse(query)) == []
