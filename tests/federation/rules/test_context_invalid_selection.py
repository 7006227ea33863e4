"""CONTEXT_INVALID_SELECTION: The argument would have no value at run time."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_selection_that_finds_nothing_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { u: U } type U @key(fields: "id") @context(name: "ctx") { id: ID! locale: String! t: T } type T @key(fields: "id") { id: ID! price(locale: String @fromContext(field: "$ctx { nothing }")): Int }'
        ),
    )
    assert sorted({error.code for error in found}) == ["CONTEXT_INVALID_SELECTION"]
    assert any("T.price(locale:)" in error.message for error in found if error.code == "CONTEXT_INVALID_SELECTION")


def test_a_selected_field_becomes_the_argument() -> None:
    made = supergraph(
        a=fed2(
            'type Query { u: U } type U @key(fields: "id") @context(name: "ctx") { id: ID! locale: String! t: T } type T @key(fields: "id") { id: ID! price(locale: String @fromContext(field: "$ctx { locale }")): Int }'
        ),
    )
    assert "join__Graph" in made
