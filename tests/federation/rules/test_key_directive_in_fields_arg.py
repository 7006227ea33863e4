"""KEY_DIRECTIVE_IN_FIELDS_ARG: A key is data, not a query."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_directive_in_a_key_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id @skip(if: true)") { id: ID! list(n: Int): [Int] inner: Inner node: Node! } type Inner { id: ID! } interface Node { id: ID! } type N implements Node { id: ID! }'
        ),
    )
    assert sorted({error.code for error in found}) == ["KEY_DIRECTIVE_IN_FIELDS_ARG"]
    assert any("@skip" in error.message for error in found if error.code == "KEY_DIRECTIVE_IN_FIELDS_ARG")


def test_a_compound_key_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id inner { id }") { id: ID! list(n: Int): [Int] inner: Inner node: Node! } type Inner { id: ID! } interface Node { id: ID! } type N implements Node { id: ID! }'
        ),
    )
    assert 'key: "id inner { id }"' in made
