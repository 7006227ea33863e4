"""INTERFACE_FIELD_NO_IMPLEM: A client that asks the interface would ask a type for what it lacks."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_type_without_another_subgraphs_field_is_refused() -> None:
    found = failures(
        a=fed2("interface I { a: Int b: Int } type T implements I { a: Int b: Int } type Query { i: I }"),
        b=fed2("interface I { a: Int } type U implements I { a: Int } type Query { j: I }"),
    )
    assert sorted({error.code for error in found}) == ["INTERFACE_FIELD_NO_IMPLEM"]
    assert any('"U"' in error.message for error in found if error.code == "INTERFACE_FIELD_NO_IMPLEM")


def test_types_with_all_fields_are_fine() -> None:
    made = supergraph(
        a=fed2("interface I { a: Int } type T implements I { a: Int b: Int } type Query { i: I }"),
        b=fed2("interface I { a: Int } type U implements I { a: Int } type Query { j: I }"),
    )
    assert "join__Graph" in made
