"""CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS: A client cannot give an argument that the router takes from a context."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_argument_from_a_context_is_not_required_elsewhere() -> None:
    found = failures(
        a=fed2(
            'type Query { u: U } type U @key(fields: "id") @context(name: "ctx") { id: ID! locale: String! t: T } type T @key(fields: "id") { id: ID! price(locale: String @fromContext(field: "$ctx { locale }")): Int @shareable }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! price(locale: String!): Int @shareable }'),
    )
    assert sorted({error.code for error in found}) == ["CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"]
    assert any(
        '"T.price(locale:)"' in error.message
        for error in found
        if error.code == "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
    )


def test_an_argument_from_a_context_is_not_the_clients_to_give() -> None:
    made = supergraph(
        a=fed2(
            'type Query { u: U } type U @key(fields: "id") @context(name: "ctx") { id: ID! locale: String! t: T } type T @key(fields: "id") { id: ID! price(locale: String @fromContext(field: "$ctx { locale }")): Int @shareable }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! price: Int @shareable }'),
    )
    assert "contextArguments" in made
