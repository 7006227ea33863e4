"""CONTEXT_NAME_CONTAINS_UNDERSCORE: The supergraph joins the subgraph and the context with underscores."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_underscore_in_a_context_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { u: U } type U @key(fields: "id") @context(name: "my_ctx") { id: ID! locale: String! t: T } type T @key(fields: "id") { id: ID! price(locale: String @fromContext(field: "$my_ctx { locale }")): Int }'
        ),
    )
    assert sorted({error.code for error in found}) == ["CONTEXT_NAME_CONTAINS_UNDERSCORE"]
    assert any("my_ctx" in error.message for error in found if error.code == "CONTEXT_NAME_CONTAINS_UNDERSCORE")


def test_a_plain_name_is_prefixed_by_its_subgraph() -> None:
    made = supergraph(
        a=fed2(
            'type Query { u: U } type U @key(fields: "id") @context(name: "ctx") { id: ID! locale: String! t: T } type T @key(fields: "id") { id: ID! price(locale: String @fromContext(field: "$ctx { locale }")): Int }'
        ),
    )
    assert '"a__ctx"' in made
