"""REQUIRES_INVALID_FIELDS_TYPE: Field sets are written as strings."""

from tests.federation.composing import failures, fed2, supergraph


def test_requires_that_is_no_string_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: 1) }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int }'),
    )
    assert sorted({error.code for error in found}) == ["EXTERNAL_UNUSED", "REQUIRES_INVALID_FIELDS_TYPE"]
    assert any("must be a string" in error.message for error in found if error.code == "REQUIRES_INVALID_FIELDS_TYPE")


def test_a_string_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int }'),
    )
    assert "join__Graph" in made
