"""The graph as a subgraph: the same graph, with keys in its SDL and two more fields that run."""

import pytest
from graphql import build_schema, parse
from graphql.language import DirectiveNode, Visitor, visit

from schema import Graph, answered_coordinates
from schema.subgraph import KEYS, LINK, composed, served
from tests.schema.graphs import CITIES, contributions, giving, graph_of, nothing

LOCAL = {city: sdl for city, sdl in contributions().items() if city.upper() in CITIES}


@pytest.fixture(scope="module")
def subgraph() -> Graph:
    """A subgraph that tells what it was asked."""
    answers = dict.fromkeys(answered_coordinates(subgraph=True), nothing)
    row = {"__typename": "City", "code": "510600", "slug": "deyang"}
    answers |= {"Query._entities": giving([row, None]), "Query._service": giving({"sdl": "…"})}
    return Graph(answers, CITIES, LOCAL, subgraph=True)


def applied(sdl: str) -> set[str]:
    """The names of the directives that an SDL applies."""
    names: set[str] = set()

    class Names(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: object) -> None:
            names.add(node.name.value)

    visit(parse(sdl), Names())
    return names


def test_every_key_is_a_field_of_its_type_and_never_null():
    """A key that may be null names nothing."""
    core = graph_of().core
    assert {name: str(core.type_map[name].fields[key].type) for name, key in KEYS.items()} == {
        "City": "String!",
        "Service": "ID!",
        "ServiceProvider": "ID!",
        "Venue": "ID!",
    }


def test_the_sdl_differs_from_the_canonical_one_by_federation_alone(subgraph):
    """What a supergraph shows of us is the graph that our own front-ends know."""
    plain = graph_of(local_sdl=LOCAL)
    ours, theirs = (build_schema(sdl, assume_valid_sdl=True) for sdl in (plain.as_str(), subgraph.as_str()))
    assert ours.type_map.keys() == theirs.type_map.keys()
    assert ours.query_type.fields.keys() == theirs.query_type.fields.keys()
    assert applied(subgraph.as_str()) == {"link", "key", "shareable", "pii", "assurance", "public", "mask"}


def test_instructions_to_this_gateway_are_not_composed(subgraph):
    """Later versions of Federation have a @cost of their own, with another meaning."""
    assert "@cost" not in subgraph.as_str()
    assert "@op" not in subgraph.as_str()
    assert subgraph.core.get_directive("cost"), "but they hold where the graph runs"


def test_the_link_comes_first_and_the_text_parses(subgraph):
    """Tools look at the head of a file to tell a subgraph of Federation 2 from one of Federation 1."""
    assert subgraph.as_str().startswith(LINK)


async def test_entities_are_told_apart_by_their_rows(subgraph):
    """`_Entity` is a union; what a row says of itself decides."""
    query = (
        '{ _service { sdl } _entities(representations: [{__typename: "City"}]) { __typename ... on City { slug } } }'
    )
    result = await subgraph.execute(query)
    assert result.errors is None
    assert result.data == {"_service": {"sdl": "…"}, "_entities": [{"__typename": "City", "slug": "deyang"}, None]}


def test_the_protocol_must_be_answered():
    """Like every other field that is declared as answered."""
    with pytest.raises(TypeError, match=r"not answered: \['Query._entities', 'Query._service'\]"):
        Graph(dict.fromkeys(answered_coordinates(), nothing), CITIES, subgraph=True)


def test_the_canonical_document_is_left_as_it_was():
    """Both documents are made of one, in one process."""
    document = graph_of().document
    before = graph_of().as_str()
    served(composed(document))
    assert graph_of().as_str() == before
