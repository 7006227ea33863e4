"""Which operations need the supergraph, and which run as if there were none."""

from dataclasses import dataclass
from typing import Any, cast

import pytest
from graphql import GraphQLSchema, build_schema

from edge.documents import Documents, Prepared
from edge.joined import MAX_KEPT, Joint, graphql_error
from edge.limits import Limits
from edge.ports import RequestContext, SupergraphPort
from federation.execute import ResponseError

SCHEMA = build_schema("""
type Query { city: City place: Place other: Other }
type Subscription { city: City }
interface Place { code: String }
type City implements Place { code: String districts: [String] }
type Other { districts: [String] }
""")


@dataclass(frozen=True)
class Running:
    core: GraphQLSchema = SCHEMA
    version: str = "1"


@dataclass(frozen=True)
class Request:
    graph: Running


@dataclass(frozen=True, eq=False)
class Supergraph:
    coordinates: frozenset[str]
    graph: Any = None


def joint(*coordinates: str) -> Joint:
    return Joint(cast(SupergraphPort, Supergraph(frozenset(coordinates))))


def prepared(text: str, name: str | None = None) -> Prepared:
    found = Documents(SCHEMA, Limits()).prepare(text, name, {})
    assert isinstance(found, Prepared), found
    return found


def needed(one: Joint, operation: Prepared) -> bool:
    return one.of(operation, cast(RequestContext, Request(Running()))).needed


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("{ city { districts } }", None, True),
        ("{ city { ...F } } fragment F on City { d: districts }", None, True),
        ("{ place { ... on City { districts } } }", None, True),
        ("{ place { code ... { code } } city { code } }", None, False),
        ("{ other { districts } }", None, False),  # a field of that name on another type
        ("{ districts: city { code } }", None, False),  # a name of the client's
        ("query A { city { code } } query B { city { districts } }", "A", False),
        ("query A { city { code } } query B { city { districts } }", "B", True),
        ("query A { city { code } } query B { city { ...F } } fragment F on City { districts }", "A", False),
        ("subscription S { city { code } } query B { city { districts } }", "S", False),
    ],
)
def test_an_operation_is_joined_where_it_touches_a_field_of_a_citys_subgraph(
    text: str, name: str | None, expected: bool
) -> None:
    """The others must not pay for a planner, nor fail with it."""
    assert needed(joint("City.districts"), prepared(text, name)) is expected


def test_with_no_added_fields_nothing_is_joined() -> None:
    """A deployment without such cities runs as before."""
    assert needed(joint(), prepared("{ city { districts } }")) is False


def test_operations_are_looked_at_once_and_the_oldest_are_forgotten() -> None:
    """Memory is bounded, whatever clients send."""
    one, context = joint("City.districts"), cast(RequestContext, Request(Running()))
    often = prepared("{ city { districts } }")
    first = one.of(often, context)
    for number in range(MAX_KEPT + 10):
        one.of(prepared(f"{{ a{number}: city {{ code }} }}"), context)
        assert one.of(often, context) is first


def test_the_engines_words_become_this_graphs_codes() -> None:
    """A client handles a city's failure once, whichever way its fields came."""
    told = graphql_error(ResponseError("late", "SUBGRAPH_TIMEOUT", ("city", 0), "chengdu"))
    assert told.extensions == {"code": "BACKEND_TIMEOUT", "city": "chengdu"}
    assert told.path == ["city", 0]
