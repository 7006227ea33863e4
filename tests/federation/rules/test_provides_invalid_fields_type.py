"""PROVIDES_INVALID_FIELDS_TYPE: Field sets are written as strings."""

from tests.federation.composing import failures, fed2, supergraph


def test_provides_that_is_no_string_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { p: P } type P { t: T @provides(fields: true) } type T @key(fields: "id") { id: ID! a: Int }'
        ),
    )
    assert sorted({error.code for error in found}) == ["PROVIDES_INVALID_FIELDS_TYPE"]
    assert any("must be a string" in error.message for error in found if error.code == "PROVIDES_INVALID_FIELDS_TYPE")


def test_a_string_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { p: P } type P { t: T @provides(fields: "a") } type T @key(fields: "id") { id: ID! a: Int @external }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int @shareable }'),
    )
    assert "join__Graph" in made
