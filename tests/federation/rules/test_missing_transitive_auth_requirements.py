"""MISSING_TRANSITIVE_AUTH_REQUIREMENTS: Whoever may not see a field would see it through another."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_field_that_asks_for_less_than_it_requires_is_refused() -> None:
    found = failures(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a")  } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int @requiresScopes(scopes: [["s"]]) }'),
    )
    assert sorted({error.code for error in found}) == ["MISSING_TRANSITIVE_AUTH_REQUIREMENTS"]
    assert any('"T.a"' in error.message for error in found if error.code == "MISSING_TRANSITIVE_AUTH_REQUIREMENTS")


def test_a_field_that_asks_for_as_much_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") @requiresScopes(scopes: [["s", "more"]]) } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int @requiresScopes(scopes: [["s"]]) }'),
    )
    assert "join__Graph" in made
