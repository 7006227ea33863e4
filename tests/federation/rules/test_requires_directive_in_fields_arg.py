"""REQUIRES_DIRECTIVE_IN_FIELDS_ARG: What is required is always required."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_directive_in_requires_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a @skip(if: true)") }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int }'),
    )
    assert sorted({error.code for error in found}) == ["REQUIRES_DIRECTIVE_IN_FIELDS_ARG"]
    assert any("@skip" in error.message for error in found if error.code == "REQUIRES_DIRECTIVE_IN_FIELDS_ARG")


def test_required_fields_are_named() -> None:
    made = supergraph(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int }'),
    )
    assert 'requires: "a"' in made
