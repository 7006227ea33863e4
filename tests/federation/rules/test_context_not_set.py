"""CONTEXT_NOT_SET: Nothing would ever give the argument a value."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_context_that_nobody_sets_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { u: U } type U @key(fields: "id") @context(name: "other") { id: ID! locale: String! t: T } type T @key(fields: "id") { id: ID! price(locale: String @fromContext(field: "$ctx { locale }")): Int }'
        ),
    )
    assert sorted({error.code for error in found}) == ["CONTEXT_NOT_SET"]
    assert any('"ctx"' in error.message for error in found if error.code == "CONTEXT_NOT_SET")


def test_a_context_is_set_by_a_type() -> None:
    made = supergraph(
        a=fed2(
            'type Query { u: U } type U @key(fields: "id") @context(name: "ctx") { id: ID! locale: String! t: T } type T @key(fields: "id") { id: ID! price(locale: String @fromContext(field: "$ctx { locale }")): Int }'
        ),
    )
    assert "join__Graph" in made
