"""REFERENCED_INACCESSIBLE: A client would see a field of a type that it does not see."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_visible_field_of_a_hidden_type_is_refused() -> None:
    found = failures(
        a=fed2("type Query { t: T } type T @inaccessible { a: Int }"),
    )
    assert sorted({error.code for error in found}) == ["REFERENCED_INACCESSIBLE"]
    assert any('"Query.t"' in error.message for error in found if error.code == "REFERENCED_INACCESSIBLE")


def test_hiding_the_field_too_is_fine() -> None:
    made = supergraph(
        a=fed2("type Query { t: T @inaccessible ok: Int } type T @inaccessible { a: Int }"),
    )
    assert "join__Graph" in made
