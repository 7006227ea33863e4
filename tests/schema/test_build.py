"""A graph is built for one set of cities, and only when every answered field has its answer."""

import pytest
from graphql import GraphQLSchema, parse, validate

from schema import Graph, answered_coordinates
from tests.schema.graphs import CITIES, ROOT, contributions, giving, graph_of, keeping, nothing

OPERATIONS = sorted((ROOT / "web" / "operations").glob("*.graphql"))


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_every_saved_operation_is_valid(path):
    """The operations that GraphiQL opens with are the first thing anybody runs."""
    cities = {name: (name.lower(), "") for name in ("CHENGDU", "DEYANG", "MEISHAN", "ZIYANG", "MIANYANG")}
    core = graph_of(cities=cities, local_sdl=contributions()).core
    assert validate(core, parse(path.read_text())) == []


def test_a_field_without_an_answer_is_named_and_nothing_is_built():
    """Otherwise the first citizen to ask for it would find out."""
    answers = dict.fromkeys(answered_coordinates() - {"Citizen.bills"}, nothing) | {"Citizen.bils": nothing}
    with pytest.raises(TypeError, match=r"not answered: \['Citizen.bills'\]; .* not declared: \['Citizen.bils'\]"):
        Graph(answers, CITIES)


async def test_two_graphs_with_different_cities_live_side_by_side():
    """Reload builds the new graph while the old one is still answering."""
    two = graph_of({"Query.city": giving({"slug": "x"})})
    three = graph_of({"Query.city": giving({"slug": "x"})}, CITIES | {"LESHAN": ("leshan", "乐山市")})
    asked = "{ city(id: LESHAN) { slug } }"
    assert (await three.execute(asked)).data == {"city": {"slug": "x"}}
    (error,) = (await two.execute(asked)).errors
    assert "LESHAN" in error.message


@pytest.mark.parametrize("variables", [None, {"c": "DEYANG"}], ids=["literal", "variable"])
async def test_an_answer_receives_the_slug_of_a_city(variables):
    """Channels are known by slug; the enum's name is only how the client writes it."""
    seen = []
    graph = graph_of({"Query.city": keeping(seen)})
    text = "query($c: CityId!) { city(id: $c) { slug } }" if variables else "{ city(id: DEYANG) { slug } }"
    assert (await graph.execute(text, variable_values=variables)).errors is None
    assert seen == [{"id": "deyang"}]


def test_a_graph_of_no_city_is_refused():
    """An enum without values is no GraphQL."""
    with pytest.raises(ValueError, match="at least one city"):
        graph_of(cities={})


def test_the_core_schema_is_the_one_that_strawberry_executes(plain):
    """Strawberry keeps it under a private name; this test is where a change of that name shows."""
    assert isinstance(plain.core, GraphQLSchema)
    assert plain.core is plain._schema
    assert plain.core.type_map["CityId"].values.keys() == CITIES.keys()


async def test_the_default_of_an_argument_reaches_the_answer():
    """`= [LIVE, PILOT]` is a promise of the SDL; an argument left out without a default is not passed at all."""
    seen = []
    graph = graph_of({"Query.cities": keeping(seen, []), "Query.services": keeping(seen)})
    await graph.execute("{ cities { slug } }")
    await graph.execute("{ services { totalCount } }")
    assert seen == [{"status": ["LIVE", "PILOT"]}, {"first": 20}]


async def test_a_refused_value_is_not_logged(plain, caplog):
    """Strawberry's own logger would write the client's text, and the traceback, to the log."""
    result = await plain.execute('{ services(after: "personal number") { totalCount } }')
    assert result.errors
    assert caplog.records == []
