"""REQUIRES_FIELDS_MISSING_EXTERNAL: What the subgraph resolves itself need not be fetched for it."""

from tests.federation.composing import failures, fed2, supergraph


def test_requiring_ones_own_field_is_refused() -> None:
    found = failures(
        a=fed2('type Query { t: T } type T @key(fields: "id") { id: ID! a: Int  b: Int @requires(fields: "a") }'),
    )
    assert sorted({error.code for error in found}) == ["REQUIRES_FIELDS_MISSING_EXTERNAL"]
    assert any('"T.a"' in error.message for error in found if error.code == "REQUIRES_FIELDS_MISSING_EXTERNAL")


def test_requiring_anothers_field_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int }'),
    )
    assert "join__Graph" in made
