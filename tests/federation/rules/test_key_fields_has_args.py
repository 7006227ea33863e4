"""KEY_FIELDS_HAS_ARGS: A key field has one value, whatever is asked."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_key_field_with_arguments_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id list") { id: ID! list(n: Int): [Int] inner: Inner node: Node! } type Inner { id: ID! } interface Node { id: ID! } type N implements Node { id: ID! }'
        ),
    )
    assert sorted({error.code for error in found}) == ["KEY_FIELDS_HAS_ARGS"]
    assert any("T.list" in error.message for error in found if error.code == "KEY_FIELDS_HAS_ARGS")


def test_a_nested_key_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id inner { id }") { id: ID! list(n: Int): [Int] inner: Inner node: Node! } type Inner { id: ID! } interface Node { id: ID! } type N implements Node { id: ID! }'
        ),
    )
    assert "join__Graph" in made
