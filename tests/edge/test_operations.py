"""The limits leave room for real use: every saved operation, and GraphiQL's introspection, on the graph itself."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import OperationDefinitionNode, get_introspection_query, parse

from edge import Limits
from edge.documents import Documents, Prepared
from schema.build import Graph, answered_coordinates

ROOT = Path(__file__).resolve().parents[2]
SAVED = sorted((ROOT / "web" / "operations").glob("*.graphql"))
CITIES = ("CHENGDU", "DEYANG", "MEISHAN", "ZIYANG", "MIANYANG")
LIMITS = Limits()


async def never(*_: Any, **__: Any) -> None:
    raise AssertionError("preparing calls nothing")


@pytest.fixture(scope="module")
def documents() -> Documents:
    graph = Graph(dict.fromkeys(answered_coordinates(), never), {name: (name.lower(), name) for name in CITIES})
    return Documents(graph.core, LIMITS)


@pytest.mark.parametrize("path", [path for path in SAVED if "local" not in path.stem], ids=lambda path: path.stem)
def test_a_saved_operation_is_far_within_the_limits(documents: Documents, path: Path) -> None:
    """`local` ones need the cities' own contributions, which `app` adds."""
    text, beside = path.read_text("utf-8"), path.with_suffix(".json")
    variables = orjson.loads(beside.read_bytes())["variables"] if beside.is_file() else {}
    for node in parse(text).definitions:
        if not isinstance(node, OperationDefinitionNode):
            continue
        assert node.name is not None
        found = documents.prepare(text, node.name.value, variables)
        assert isinstance(found, Prepared), found
        assert found.figures.cost * 10 < LIMITS.max_cost
        assert found.figures.depth * 2 <= LIMITS.max_depth


def test_introspection_as_graphiql_asks_it_is_within_the_limits(documents: Documents) -> None:
    query = get_introspection_query(specified_by_url=True, schema_description=True, input_value_deprecation=True)
    assert isinstance(documents.prepare(query, "IntrospectionQuery", {}), Prepared)


def test_asking_every_city_costs_what_five_cities_cost(documents: Documents) -> None:
    def cost(arguments: str) -> int:
        found = documents.prepare(f"{{ me {{ bills{arguments} {{ pageInfo {{ hasNextPage }} }} }} }}", None, {})
        assert isinstance(found, Prepared), found
        return found.figures.cost

    assert cost("") - cost("(cities: [DEYANG])") == 4 * 5
    assert cost("(cities: [DEYANG, CHENGDU])") - cost("(cities: [DEYANG])") == 5
