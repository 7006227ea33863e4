"""PROVIDES_UNSUPPORTED_ON_INTERFACE: Which type resolves the field decides what it provides."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_interface_that_provides_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { p: I } interface I { t: T @provides(fields: "a") } type P implements I { t: T } type T { a: Int }'
        ),
    )
    assert sorted({error.code for error in found}) == ["PROVIDES_UNSUPPORTED_ON_INTERFACE"]
    assert any('"I.t"' in error.message for error in found if error.code == "PROVIDES_UNSUPPORTED_ON_INTERFACE")


def test_an_object_that_provides_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { p: P } type P { t: T @provides(fields: "a") } type T @key(fields: "id") { id: ID! a: Int @external }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int @shareable }'),
    )
    assert "join__Graph" in made
