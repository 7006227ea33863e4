"""NO_QUERIES: A graph that cannot be asked is of no use."""

from tests.federation.composing import failures, fed2, supergraph


def test_subgraphs_without_queries_are_refused() -> None:
    found = failures(
        a=fed2("type T { a: Int }"),
    )
    assert sorted({error.code for error in found}) == ["NO_QUERIES"]
    assert any("query root" in error.message for error in found if error.code == "NO_QUERIES")


def test_one_query_is_enough() -> None:
    made = supergraph(
        a=fed2("type Query { ok: Boolean }"),
    )
    assert "join__Graph" in made
