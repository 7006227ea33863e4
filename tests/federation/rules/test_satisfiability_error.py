"""SATISFIABILITY_ERROR: A query that the schema allows would fail in the router."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_field_behind_an_unknown_key_is_refused() -> None:
    found = failures(
        a=fed2('type Query { t: T } type T @key(fields: "id") { id: ID! }'),
        b=fed2('type T @key(fields: "other") { other: ID! b: Int }'),
    )
    assert sorted({error.code for error in found}) == ["SATISFIABILITY_ERROR"]
    assert any(
        'cannot move to subgraph "b" using @key(fields: "other") of "T"' in error.message
        for error in found
        if error.code == "SATISFIABILITY_ERROR"
    )


def test_a_field_behind_a_known_key_is_fine() -> None:
    made = supergraph(
        a=fed2('type Query { t: T } type T @key(fields: "id") { id: ID! }'),
        b=fed2('type T @key(fields: "id") { id: ID! b: Int }'),
    )
    assert "join__Graph" in made
