"""REQUIRED_INACCESSIBLE: A client would have to give what it cannot see."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_hidden_required_argument_is_refused() -> None:
    found = failures(
        a=fed2("type Query { a(n: Int! @inaccessible): Int }"),
    )
    assert sorted({error.code for error in found}) == ["REQUIRED_INACCESSIBLE"]
    assert any('"Query.a(n:)"' in error.message for error in found if error.code == "REQUIRED_INACCESSIBLE")


def test_a_hidden_argument_with_a_default_is_fine() -> None:
    made = supergraph(
        a=fed2("type Query { a(n: Int! = 1 @inaccessible): Int }"),
    )
    assert "join__Graph" in made
