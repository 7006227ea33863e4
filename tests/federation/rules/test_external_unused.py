"""EXTERNAL_UNUSED: A mark without a use is a mistake or a left-over."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_unused_external_field_is_refused() -> None:
    found = failures(
        a=fed2('type T @key(fields: "id") { id: ID! a: Int @external } type Query { t: T }'),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int }'),
    )
    assert sorted({error.code for error in found}) == ["EXTERNAL_UNUSED"]
    assert any('"T.a"' in error.message for error in found if error.code == "EXTERNAL_UNUSED")


def test_a_required_external_field_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int }'),
    )
    assert "join__Graph" in made
