"""REQUIRES_UNSUPPORTED_ON_INTERFACE: Which type resolves the field decides what it needs."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_interface_that_requires_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { i: I } interface I { a: Int b: Int @requires(fields: "a") } type T implements I { a: Int b: Int }'
        ),
    )
    assert sorted({error.code for error in found}) == ["REQUIRES_UNSUPPORTED_ON_INTERFACE"]
    assert any('"I.b"' in error.message for error in found if error.code == "REQUIRES_UNSUPPORTED_ON_INTERFACE")


def test_an_object_that_requires_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int }'),
    )
    assert "join__Graph" in made
