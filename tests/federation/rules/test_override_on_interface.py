"""OVERRIDE_ON_INTERFACE: An interface resolves nothing that could move."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_moved_interface_field_is_refused() -> None:
    found = failures(
        a=fed2('interface I { a: Int @override(from: "b") } type T implements I { a: Int } type Query { i: I }'),
    )
    assert sorted({error.code for error in found}) == ["OVERRIDE_ON_INTERFACE"]
    assert any('"I.a"' in error.message for error in found if error.code == "OVERRIDE_ON_INTERFACE")


def test_a_moved_object_field_is_fine() -> None:
    made = supergraph(
        a=fed2('type T @key(fields: "id") { id: ID! a: Int @override(from: "b") } type Query { t: T }'),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int } '),
    )
    assert "join__Graph" in made
