"""NO_CONTEXT_REFERENCED: Without a context there is nothing to take from."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_argument_names_its_context() -> None:
    found = failures(
        a=fed2(
            'type Query { u: U } type U @key(fields: "id") @context(name: "ctx") { id: ID! locale: String! t: T } type T @key(fields: "id") { id: ID! price(locale: String @fromContext(field: "{ locale }")): Int }'
        ),
    )
    assert sorted({error.code for error in found}) == ["NO_CONTEXT_REFERENCED"]
    assert any(
        "does not reference a context" in error.message for error in found if error.code == "NO_CONTEXT_REFERENCED"
    )


def test_a_dollar_names_the_context() -> None:
    made = supergraph(
        a=fed2(
            'type Query { u: U } type U @key(fields: "id") @context(name: "ctx") { id: ID! locale: String! t: T } type T @key(fields: "id") { id: ID! price(locale: String @fromContext(field: "$ctx { locale }")): Int }'
        ),
    )
    assert "join__Graph" in made
