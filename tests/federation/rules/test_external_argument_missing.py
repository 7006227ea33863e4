"""EXTERNAL_ARGUMENT_MISSING: A field that is required has the arguments of the field that is resolved."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_external_field_without_the_argument_is_refused() -> None:
    found = failures(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a(n: Int): Int }'),
    )
    assert sorted({error.code for error in found}) == ["EXTERNAL_ARGUMENT_MISSING"]
    assert any('"T.a(n:)"' in error.message for error in found if error.code == "EXTERNAL_ARGUMENT_MISSING")


def test_an_external_field_repeats_the_arguments() -> None:
    made = supergraph(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a(n: Int): Int @external b: Int @requires(fields: "a") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a(n: Int): Int }'),
    )
    assert "join__Graph" in made
