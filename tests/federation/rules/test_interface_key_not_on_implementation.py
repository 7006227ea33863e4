"""INTERFACE_KEY_NOT_ON_IMPLEMENTATION: The key of the interface is asked of its types."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_type_without_the_interfaces_key_is_refused() -> None:
    found = failures(
        a=fed2('interface I @key(fields: "id") { id: ID! } type T implements I { id: ID! } type Query { i: I }'),
    )
    assert sorted({error.code for error in found}) == ["INTERFACE_KEY_NOT_ON_IMPLEMENTATION"]
    assert any('"T"' in error.message for error in found if error.code == "INTERFACE_KEY_NOT_ON_IMPLEMENTATION")


def test_a_type_with_the_key_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'interface I @key(fields: "id") { id: ID! } type T implements I @key(fields: "id") { id: ID! } type Query { i: I }'
        ),
    )
    assert "join__Graph" in made
