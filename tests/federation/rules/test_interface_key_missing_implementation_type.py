"""INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE: A subgraph that is asked by key must be able to say which type it is."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_keyed_interface_without_a_type_is_refused() -> None:
    found = failures(
        a=fed2(
            'interface I @key(fields: "id") { id: ID! } type T implements I @key(fields: "id") { id: ID! } type Query { i: I }'
        ),
        b=fed2('interface I @key(fields: "id") { id: ID! } type U implements I @key(fields: "id") { id: ID! }'),
    )
    assert sorted({error.code for error in found}) == ["INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"]
    assert any(
        'should define type "U"' in error.message
        for error in found
        if error.code == "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"
    )


def test_an_interface_without_a_key_need_not_know_all_types() -> None:
    made = supergraph(
        a=fed2(
            'interface I @key(fields: "id") { id: ID! } type T implements I @key(fields: "id") { id: ID! } type Query { i: I } type U implements I @key(fields: "id") { id: ID! }'
        ),
        b=fed2('interface I { id: ID! } type U implements I @key(fields: "id") { id: ID! }'),
    )
    assert "join__Graph" in made
