"""EXTERNAL_ARGUMENT_TYPE_MISMATCH: What one subgraph asks with, the other must understand."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_argument_of_another_type_is_refused() -> None:
    found = failures(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a(n: String): Int @external b: Int @requires(fields: "a(n: \\"x\\")") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a(n: Int): Int }'),
    )
    assert sorted({error.code for error in found}) == ["EXTERNAL_ARGUMENT_TYPE_MISMATCH"]
    assert any('"T.a(n:)"' in error.message for error in found if error.code == "EXTERNAL_ARGUMENT_TYPE_MISMATCH")


def test_an_argument_of_the_same_type_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a(n: Int): Int @external b: Int @requires(fields: "a(n: 1)") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a(n: Int): Int }'),
    )
    assert 'requires: "a(n: 1)"' in made
