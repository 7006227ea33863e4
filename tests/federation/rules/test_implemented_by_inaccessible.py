"""IMPLEMENTED_BY_INACCESSIBLE: A client that sees the interface asks every type for the field."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_hidden_implementation_of_a_visible_field_is_refused() -> None:
    found = failures(
        a=fed2("interface I { a: Int } type T implements I { a: Int @inaccessible b: Int } type Query { i: I }"),
    )
    assert sorted({error.code for error in found}) == ["IMPLEMENTED_BY_INACCESSIBLE"]
    assert any('"T.a"' in error.message for error in found if error.code == "IMPLEMENTED_BY_INACCESSIBLE")


def test_hiding_both_is_fine() -> None:
    made = supergraph(
        a=fed2(
            "interface I { a: Int @inaccessible b: Int } type T implements I { a: Int @inaccessible b: Int } type Query { i: I }"
        ),
    )
    assert "join__Graph" in made
