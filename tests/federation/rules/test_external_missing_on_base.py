"""EXTERNAL_MISSING_ON_BASE: Somebody has to resolve the field."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_field_that_is_external_everywhere_is_refused() -> None:
    found = failures(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! }'),
    )
    assert sorted({error.code for error in found}) == ["EXTERNAL_MISSING_ON_BASE"]
    assert any('"T.a"' in error.message for error in found if error.code == "EXTERNAL_MISSING_ON_BASE")


def test_a_field_that_another_subgraph_resolves_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int }'),
    )
    assert "external: true" in made
