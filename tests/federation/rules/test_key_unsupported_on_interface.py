"""KEY_UNSUPPORTED_ON_INTERFACE: Routers of earlier versions ignore keys of interfaces."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_interface_key_before_2_3_is_refused() -> None:
    found = failures(
        a=fed2(
            'interface I @key(fields: "id") { id: ID! } type T implements I @key(fields: "id") { id: ID! } type Query { i: I }',
            version="2.2",
        ),
    )
    assert sorted({error.code for error in found}) == ["KEY_UNSUPPORTED_ON_INTERFACE"]
    assert any('"I"' in error.message for error in found if error.code == "KEY_UNSUPPORTED_ON_INTERFACE")


def test_an_interface_key_since_2_3_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'interface I @key(fields: "id") { id: ID! } type T implements I @key(fields: "id") { id: ID! } type Query { i: I }',
            version="2.3",
        ),
    )
    assert "join__Graph" in made
