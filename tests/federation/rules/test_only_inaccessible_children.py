"""ONLY_INACCESSIBLE_CHILDREN: A client could select nothing of the type."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_visible_type_with_hidden_fields_only_is_refused() -> None:
    found = failures(
        a=fed2("type Query { t: T } type T { a: Int @inaccessible }"),
    )
    assert sorted({error.code for error in found}) == ["ONLY_INACCESSIBLE_CHILDREN"]
    assert any('"T"' in error.message for error in found if error.code == "ONLY_INACCESSIBLE_CHILDREN")


def test_one_visible_field_is_enough() -> None:
    made = supergraph(
        a=fed2("type Query { t: T } type T { a: Int @inaccessible b: Int }"),
    )
    assert "join__Graph" in made
