"""Entities by their keys: read together where they stand together, and each with its own fate."""

from dataclasses import dataclass
from typing import Any, cast

import pytest
from graphql import GraphQLError

from resolvers import Context, Services
from resolvers.context import Info, RunningGraph
from resolvers.fields.entities import entities
from resolvers.ids import seal_id
from schema.codes import ErrorCode
from tests.resolvers.simulator import City, citizen, request, services

CITIES = ("chengdu", "meishan")


@dataclass
class Asking:
    """As much of graphql-core's info as an answer reads."""

    context: Context


async def told(held: Services, *representations: Any) -> list[Any]:
    return await entities(None, cast("Info", Asking(request(held))), representations)


def venues(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": f"v{n}", "name": f"Hospital {n}", "kind": "HOSPITAL", "departments": []} for n in numbers]


def venue(held: Services, city: str, number: int) -> dict[str, str]:
    return {"__typename": "Venue", "id": seal_id(held.sealer, "Venue", city, f"v{number}")}


async def test_a_citys_venues_are_read_once_however_many_are_wanted() -> None:
    """A router sends a page of a thousand in one batch; the city must not see a thousand readings of its list."""
    held = services(None, {"chengdu": City(venues(1, 2, 3, 4, 5, 6, 7, 8), size=3)})
    found = await told(held, *[venue(held, "chengdu", n) for n in (5, 1, 4, 9, 5)])
    assert [one and one["name"] for one in found[:3]] == ["Hospital 5", "Hospital 1", "Hospital 4"]
    assert (found[3], found[4]) == (None, found[0])
    assert len(held.connections.asked) == 3  # type: ignore[attr-defined]  # pages, the last one because of venue 9


async def test_the_list_is_read_no_further_than_it_must_be() -> None:
    held = services(None, {"chengdu": City(venues(1, 2, 3, 4, 5), size=2)})
    await told(held, venue(held, "chengdu", 2), venue(held, "chengdu", 1))
    assert len(held.connections.asked) == 1  # type: ignore[attr-defined]


async def test_a_city_that_fails_costs_its_own_entities() -> None:
    """One batch holds entities of several cities."""
    cities = {"chengdu": City(fault=ErrorCode.BACKEND_TIMEOUT), "meishan": City(venues(1))}
    held = services(None, cities)
    wanted = [venue(held, "chengdu", 1), venue(held, "meishan", 1), {"__typename": "City", "code": "510100"}]
    lost, kept, city = await told(held, *wanted)
    assert isinstance(lost, GraphQLError)
    assert (lost.extensions["code"], lost.extensions["city"]) == ("BACKEND_TIMEOUT", "chengdu")
    assert (kept["name"], city["slug"]) == ("Hospital 1", "chengdu")


async def test_an_entity_of_a_city_that_has_left_the_graph_is_null() -> None:
    """A global id outlives a city's channel."""
    held = services(None, {})
    assert await told(held, venue(held, "nowhere", 1)) == [None]


@pytest.mark.parametrize("typename", ["Bill", "Appointment", "Application", "Citizen", "Consent"])
async def test_nothing_personal_is_an_entity_even_for_its_citizen(typename: str) -> None:
    """What is a citizen's own is asked for through `me` and `node`, where its assurance is checked."""
    held = services(None, {"deyang": City([{"id": "b1"}])})
    context = request(held, citizen())
    bill = {"__typename": typename, "id": seal_id(held.sealer, typename, "deyang", "b1")}
    (error,) = await entities(None, cast("Info", Asking(context)), [bill])
    assert isinstance(error, GraphQLError)
    assert error.extensions["code"] == "INVALID_INPUT"
    assert held.connections.asked == []  # type: ignore[attr-defined]


async def test_a_request_runs_on_the_graph_that_it_came_to() -> None:
    """The two graphs have versions of their own, so that prepared documents are never mixed up."""
    context = request(services(None, {}))
    assert context.graph is context.services.graph
    context.as_subgraph = True
    assert context.graph is context.services.subgraph
    assert isinstance(context.graph, RunningGraph)
