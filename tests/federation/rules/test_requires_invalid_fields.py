"""REQUIRES_INVALID_FIELDS: A requirement that cannot be read cannot be met."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_requirement_that_does_not_parse_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a { ") }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int }'),
    )
    assert sorted({error.code for error in found}) == ["EXTERNAL_UNUSED", "REQUIRES_INVALID_FIELDS"]
    assert any("Syntax Error" in error.message for error in found if error.code == "REQUIRES_INVALID_FIELDS")


def test_a_requirement_that_parses_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int }'),
    )
    assert "join__Graph" in made
