"""KEY_INVALID_FIELDS_TYPE: A key is written as a string."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_key_that_is_no_string_is_refused() -> None:
    found = failures(
        a=fed2("type Query { t: T } type T @key(fields: true) { id: ID! }"),
    )
    assert sorted({error.code for error in found}) == ["KEY_INVALID_FIELDS_TYPE"]
    assert any("must be a string" in error.message for error in found if error.code == "KEY_INVALID_FIELDS_TYPE")


def test_a_string_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id inner { id }") { id: ID! list(n: Int): [Int] inner: Inner node: Node! } type Inner { id: ID! } interface Node { id: ID! } type N implements Node { id: ID! }'
        ),
    )
    assert "join__Graph" in made
