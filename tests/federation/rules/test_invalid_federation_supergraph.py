"""INVALID_FEDERATION_SUPERGRAPH: a gateway that starts from a broken file would fail query by query."""

import pytest

from federation.codes import CompositionFailed
from federation.supergraph import read_supergraph
from tests.federation.composing import QUERY, fed2, supergraph


def test_a_schema_that_is_no_supergraph_is_refused() -> None:
    with pytest.raises(CompositionFailed) as raised:
        read_supergraph(QUERY)
    assert {error.code for error in raised.value.errors} == {"INVALID_FEDERATION_SUPERGRAPH"}


def test_a_subgraph_that_is_not_listed_is_refused() -> None:
    with pytest.raises(CompositionFailed) as raised:
        read_supergraph(supergraph(a=fed2(QUERY)).replace("@join__type(graph: A)", "@join__type(graph: LOST)"))
    assert "LOST" in str(raised.value)


def test_half_a_file_is_refused() -> None:
    """A copy that was cut off must not become a smaller graph."""
    whole = supergraph(a=fed2(QUERY))
    with pytest.raises(CompositionFailed) as raised:
        read_supergraph(whole[: len(whole) - 20])
    assert raised.value.errors[0].code == "INVALID_GRAPHQL"


def test_what_composition_prints_can_be_read() -> None:
    _, types, graphs = read_supergraph(supergraph(a=fed2(QUERY)))
    assert list(types["Query"].fields) == ["ok"]
    assert [(one.enum, one.name, one.url) for one in graphs] == [("A", "a", "http://a")]
