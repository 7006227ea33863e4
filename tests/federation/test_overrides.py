"""Progressive `@override`: a label moves a field from one subgraph to another, request by request."""

import pytest

from federation.engine import Prepared
from federation.graph import Graph
from supergateway.overrides import labels_on
from tests.federation.gateway import Gateway

SDL = """
enum join__Graph { OLD @join__graph(name: "old", url: "") NEW @join__graph(name: "new", url: "") }
type Query @join__type(graph: OLD) @join__type(graph: NEW) { user: User @join__field(graph: OLD) }
type User @join__type(graph: OLD, key: "id") @join__type(graph: NEW, key: "id") {
  id: ID!
  name: String @join__field(graph: NEW, override: "old", overrideLabel: "percent(20)") @join__field(graph: OLD, overrideLabel: "percent(20)")
}
"""


@pytest.mark.parametrize(("labels", "asked"), [(frozenset(), ["old"]), (frozenset({"percent(20)"}), ["old", "new"])])
def test_a_label_decides_who_answers(labels: frozenset[str], asked: list[str]) -> None:
    """Both plans are remembered: neither is planned again when the draw falls the other way."""
    gateway = Gateway(Graph(SDL))
    prepared = Prepared(gateway.graph, gateway.operation("{ user { name } }"))
    plan = prepared.variant((), labels).plan
    assert [each.service for each in plan.fetches()] == asked
    assert prepared.variant((), labels).plan is plan


@pytest.mark.parametrize(("drawn", "on"), [(0.0, True), (19.9, True), (20.0, False), (99.0, False)])
def test_a_share_of_the_requests_has_the_label(drawn: float, on: bool) -> None:
    """One draw for a request: all its fields move together."""
    assert bool(labels_on(["percent(20)"], drawn=drawn)) is on


def test_other_labels_are_on_when_the_operator_says_so() -> None:
    """A label without a share is a switch."""
    assert labels_on(["canary"], drawn=0.0) == frozenset()
    assert labels_on(["canary"], drawn=99.0, named=["canary"]) == {"canary"}
