"""EXTERNAL_TYPE_MISMATCH: A requirement would read a value of another type."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_external_field_of_another_type_is_refused() -> None:
    found = failures(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: String }'),
    )
    assert sorted({error.code for error in found}) == ["EXTERNAL_TYPE_MISMATCH"]
    assert any(
        'it has type "String" in subgraph "b" but type "Int" in subgraph "a"' in error.message
        for error in found
        if error.code == "EXTERNAL_TYPE_MISMATCH"
    )


def test_an_external_field_may_allow_null() -> None:
    made = supergraph(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int! }'),
    )
    assert 'type: "Int!"' in made
