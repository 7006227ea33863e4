"""PROVIDES_INVALID_FIELDS: A promise of a field that does not exist is a mistake in a name."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_unknown_provided_field_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { p: P } type P { t: T @provides(fields: "b") } type T @key(fields: "id") { id: ID! a: Int }'
        ),
    )
    assert sorted({error.code for error in found}) == ["PROVIDES_INVALID_FIELDS"]
    assert any('"b"' in error.message for error in found if error.code == "PROVIDES_INVALID_FIELDS")


def test_a_known_one_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { p: P } type P { t: T @provides(fields: "a") } type T @key(fields: "id") { id: ID! a: Int @external }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int @shareable }'),
    )
    assert "join__Graph" in made
