"""CONTEXT_NO_RESOLVABLE_KEY: The router fetches the field by key once it knows the context."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_contextual_field_needs_a_key() -> None:
    found = failures(
        a=fed2(
            'type Query { u: U } type U @context(name: "ctx") { locale: String t: T } type T { price(locale: String @fromContext(field: "$ctx { locale }")): Int }'
        ),
    )
    assert sorted({error.code for error in found}) == ["CONTEXT_NO_RESOLVABLE_KEY"]
    assert any('"T"' in error.message for error in found if error.code == "CONTEXT_NO_RESOLVABLE_KEY")


def test_an_entity_has_contextual_fields() -> None:
    made = supergraph(
        a=fed2(
            'type Query { u: U } type U @key(fields: "id") @context(name: "ctx") { id: ID! locale: String! t: T } type T @key(fields: "id") { id: ID! price(locale: String @fromContext(field: "$ctx { locale }")): Int }'
        ),
    )
    assert "join__Graph" in made
