"""EXTERNAL_ARGUMENT_DEFAULT_MISMATCH: The two subgraphs would mean different fields."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_external_default_that_differs_is_refused() -> None:
    found = failures(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a(n: Int = 1): Int @external b: Int @requires(fields: "a(n: 2)") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a(n: Int = 3): Int }'),
    )
    assert sorted({error.code for error in found}) == ["EXTERNAL_ARGUMENT_DEFAULT_MISMATCH"]
    assert any("T.a(n:)" in error.message for error in found if error.code == "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH")


def test_the_same_default_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a(n: Int = 3): Int @external b: Int @requires(fields: "a(n: 2)") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a(n: Int = 3): Int }'),
    )
    assert "join__Graph" in made
