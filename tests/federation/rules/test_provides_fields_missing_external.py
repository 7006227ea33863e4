"""PROVIDES_FIELDS_MISSING_EXTERNAL: What a subgraph resolves everywhere needs no promise."""

from tests.federation.composing import failures, fed2, supergraph


def test_providing_ones_own_field_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { p: P } type P { t: T @provides(fields: "a") } type T @key(fields: "id") { id: ID! a: Int }'
        ),
    )
    assert sorted({error.code for error in found}) == ["PROVIDES_FIELDS_MISSING_EXTERNAL"]
    assert any('"T.a"' in error.message for error in found if error.code == "PROVIDES_FIELDS_MISSING_EXTERNAL")


def test_providing_anothers_field_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { p: P } type P { t: T @provides(fields: "a") } type T @key(fields: "id") { id: ID! a: Int @external }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int @shareable }'),
    )
    assert "join__Graph" in made
