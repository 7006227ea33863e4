"""Hostile queries: each is planned or refused in bounded time, and the refusal says which bound was met."""

from contextlib import suppress

import pytest
from graphql import parse

from federation.engine import Prepared
from federation.failures import NoPlan, QueryPlanError, QueryTooLarge, UnreadableSupergraph
from federation.graph import Graph
from federation.operation import Operation, select_operation
from tests.federation.gateway import Gateway, suite_gateway
from tests.federation.recorded import CASES

DOUBLING = " ".join(
    f"fragment f{level} on User {{ a: reviews {{ author {{ ...f{level + 1} }} }} b: reviews {{ author {{ ...f{level + 1} }} }} }}"
    for level in range(20)
)
NESTED = " ".join(f"fragment f{level} on User {{ reviews {{ author {{ ...f{level + 1} }} }} }}" for level in range(100))
HOSTILE = {
    "fragments that double at each level": (
        "{ me { ...f0 } } " + DOUBLING + " fragment f20 on User { name }",
        "500 steps",
    ),
    "fragments nested a hundred deep": ("{ me { ...f0 } } " + NESTED + " fragment f100 on User { name }", "64 fields"),
    "a thousand aliases that each move on": (
        "{" + " ".join(f"a{number}: me {{ reviews {{ id }} }}" for number in range(1000)) + "}",
        "500 steps",
    ),
    "more fields than are read": (
        "{ me {" + " ".join(f"a{number}: id" for number in range(20_001)) + "} }",
        "20000 fields",
    ),
}


@pytest.fixture(scope="module")
def gateway() -> Gateway:
    return suite_gateway("simple-requires-provides")


@pytest.mark.parametrize("name", HOSTILE)
def test_planning_stops_at_a_bound_and_says_which(gateway: Gateway, name: str) -> None:
    """Exploring without a bound would let one query stop a process."""
    query, bound = HOSTILE[name]
    operation = select_operation(parse(query), None)
    assert isinstance(operation, Operation)
    with pytest.raises(QueryTooLarge, match=bound):
        Prepared(gateway.graph, operation).variant()


def test_a_fragment_spread_again_and_again_is_read_once(gateway: Gateway) -> None:
    """Sixty doublings of the same fields are one field."""
    fragments = " ".join(f"fragment f{level} on User {{ ...f{level + 1} ...f{level + 1} }}" for level in range(60))
    plan = gateway.plan("{ me { ...f0 } } " + fragments + " fragment f60 on User { name }")
    assert [each.operation for each in plan.fetches()] == ["query { me { name } }"]


def test_many_aliases_of_an_entity_travel_in_one_request(gateway: Gateway) -> None:
    """Two hundred positions, one subgraph, one request."""
    aliases = " ".join(f"a{number}: me {{ reviews {{ id }} }}" for number in range(200))
    assert len(gateway.plan("{" + aliases + "}").fetches()) == 2


@pytest.mark.parametrize("text", ["", "type Query { a: Int }", "enum join__Graph { A", "{" * 5000])
def test_a_text_that_is_no_supergraph_is_refused(text: str) -> None:
    """A file cut in half must not be served."""
    with pytest.raises(UnreadableSupergraph):
        Graph(text)


def test_a_supergraph_cut_anywhere_is_refused_or_read() -> None:
    """Never a fault of ours, wherever the file ends."""
    whole = (CASES / "suites" / "simple-entity-call" / "supergraph.graphql").read_text("utf-8")
    for end in range(0, len(whole), 97):
        with suppress(UnreadableSupergraph):
            Graph(whole[:end])


def test_a_field_that_no_key_leads_to_is_said_to_be_unreachable() -> None:
    """Composition would have refused such a supergraph; a file may not have met composition."""
    whole = (CASES / "suites" / "simple-entity-call" / "supergraph.graphql").read_text("utf-8")
    graph = Graph(whole.replace('graph: NICKNAME, key: "email"', "graph: NICKNAME"))
    with pytest.raises(NoPlan, match="nickname") as refused:
        Gateway(graph).plan("{ user { nickname } }")
    assert isinstance(refused.value, QueryPlanError)
