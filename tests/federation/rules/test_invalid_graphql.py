"""INVALID_GRAPHQL: Everything else is said in terms of a valid schema."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_unknown_type_is_refused() -> None:
    found = failures(
        a=fed2("type Query { a: Missing }"),
    )
    assert sorted({error.code for error in found}) == ["INVALID_GRAPHQL"]
    assert any("Missing" in error.message for error in found if error.code == "INVALID_GRAPHQL")


def test_a_known_one_is_fine() -> None:
    made = supergraph(
        a=fed2("type Query { a: There } type There { b: Int }"),
    )
    assert "join__Graph" in made
