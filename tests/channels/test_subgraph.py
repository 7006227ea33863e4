"""A city's subgraph asked as such: whatever comes back, the gateway gets a response, and the client our own words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from channels.answer import Failure
from channels.calls.connections import Connections
from channels.subgraphs.subgraph import CitySubgraph, subgraph_query
from federation.client import SubgraphRequest, SubgraphResponse
from tests.channels.loopback import NOW, City, always, http, served, snapshot

SUBGRAPH = {"kind": "federation", "dedicated_line": "loopback"}
ASKED = "query($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }"
THEM = {"representations": [{"__typename": "City", "code": "510100"}]}


@asynccontextmanager
async def asking(answer: bytes) -> AsyncIterator[tuple[CitySubgraph, City]]:
    async with served(always(answer)) as city:
        held = snapshot(city.url, backend=SUBGRAPH, operations={})
        channel = held.channels["testville"]
        query = subgraph_query(channel)
        assert query is not None
        async with Connections(held, lambda: NOW) as connections:
            deadline = asyncio.get_running_loop().time() + 5
            yield CitySubgraph(connections, channel, query, "r1", deadline, "en"), city


async def fetched(answer: bytes) -> SubgraphResponse:
    async with asking(answer) as (subgraph, _):
        return await subgraph.fetch(SubgraphRequest(ASKED, THEM, "query", None))


async def test_the_planners_text_and_variables_go_out_as_they_are_and_name_no_citizen() -> None:
    """Added fields are public: the city learns which entities, and never who looks."""
    async with asking(http({"data": {"_entities": [{"__typename": "City"}]}})) as (subgraph, city):
        response = await subgraph.fetch(SubgraphRequest(ASKED, THEM, "query", None))
        assert response == SubgraphResponse({"_entities": [{"__typename": "City"}]})
        (asked,) = city.asked
        assert asked.json == {"query": ASKED, "variables": THEM}
        assert "authorization" not in asked.headers


async def test_an_error_of_the_city_keeps_its_place_and_gets_our_words() -> None:
    """What a city's server says of itself may hold anything, a stack trace or a name."""
    error = {"message": "NPE at Citizen 510104…", "path": ["_entities", 0, "x"], "extensions": {"code": "SECRET"}}
    response = await fetched(http({"data": {"_entities": [None]}, "errors": [error]}))
    (told,) = response.errors
    assert response.data == {"_entities": [None]}
    assert (told.code, told.path, told.extensions) == ("BACKEND_REJECTED", ("_entities", 0, "x"), {"city": "testville"})
    assert "NPE" not in told.message


async def test_errors_under_a_status_are_still_a_graphql_response() -> None:
    """GraphQL over HTTP: a status of 4xx or 5xx may come with a proper body."""
    response = await fetched(http({"errors": [{"message": "no"}]}, status=400))
    assert [error.code for error in response.errors] == ["BACKEND_REJECTED"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http([]), "BACKEND_CONTRACT_BROKEN"),
        (http("null"), "BACKEND_CONTRACT_BROKEN"),
        (http({}), "BACKEND_CONTRACT_BROKEN"),
        (http({"errors": "no"}), "BACKEND_CONTRACT_BROKEN"),
        (http("<html>maintenance</html>", content_type="text/html"), "BACKEND_CONTRACT_BROKEN"),
        (http({}, status=503), "BACKEND_UNREACHABLE"),
        (http({"message": "slow down"}, status=429, retry_after="7"), "RATE_LIMITED"),
    ],
    ids=["a list", "null", "nothing", "errors that are no list", "a page", "a status", "a status that says more"],
)
async def test_what_is_no_graphql_response_is_one_coded_error_with_the_citys_name(answer: bytes, code: str) -> None:
    """The rest of the plan goes on."""
    response = await fetched(answer)
    (told,) = response.errors
    assert response.data is None
    assert (told.code, told.extensions["city"], told.safe) == (code, "testville", True)


@pytest.mark.parametrize(
    "body",
    [[], {}, {"data": None}, {"data": []}, {"data": "x"}, {"data": {"_service": 1}}]
    + [{"data": {"_service": {"sdl": sdl}}} for sdl in (None, 1, "", "  ", ["type"])],
    ids=str,
)
async def test_an_answer_without_an_sdl_is_none(body: Any) -> None:
    """Nothing that a city answers here may stop the watch over all cities."""
    async with asking(http(body)) as (subgraph, _):
        assert await subgraph.sdl() is None


async def test_the_sdl_is_text_and_a_failure_is_a_failure() -> None:
    """What was known before stays in use in the second case."""
    async with asking(http({"data": {"_service": {"sdl": "type Query { a: Int }"}}})) as (subgraph, _):
        assert await subgraph.sdl() == "type Query { a: Int }"
    async with asking(http({}, status=503)) as (subgraph, _):
        assert isinstance(await subgraph.sdl(), Failure)


def test_a_channel_without_a_federation_backend_has_no_subgraph() -> None:
    """Most cities speak something else."""
    assert subgraph_query(snapshot("http://127.0.0.1:1", operations={}).channels["testville"]) is None
