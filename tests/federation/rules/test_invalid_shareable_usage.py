"""INVALID_SHAREABLE_USAGE: Only what is resolved can be shared."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_shared_interface_field_is_refused() -> None:
    found = failures(
        a=fed2("interface I { a: Int @shareable } type T implements I { a: Int } type Query { i: I }"),
    )
    assert sorted({error.code for error in found}) == ["INVALID_SHAREABLE_USAGE"]
    assert any('"I.a"' in error.message for error in found if error.code == "INVALID_SHAREABLE_USAGE")


def test_a_shared_object_field_is_fine() -> None:
    made = supergraph(
        a=fed2("interface I { a: Int } type T implements I { a: Int @shareable } type Query { i: I }"),
    )
    assert "join__Graph" in made
