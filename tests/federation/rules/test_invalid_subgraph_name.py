"""INVALID_SUBGRAPH_NAME: Errors, plans and join directives name subgraphs."""

from tests.federation.composing import failures, fed2, supergraph


def test_the_reserved_name_is_refused() -> None:
    found = failures(
        _=fed2("type Query { ok: Boolean }"),
    )
    assert sorted({error.code for error in found}) == ["INVALID_SUBGRAPH_NAME"]
    assert any('"_"' in error.message for error in found if error.code == "INVALID_SUBGRAPH_NAME")


def test_any_other_is_fine() -> None:
    made = supergraph(
        a=fed2("type Query { ok: Boolean }"),
    )
    assert "join__Graph" in made
