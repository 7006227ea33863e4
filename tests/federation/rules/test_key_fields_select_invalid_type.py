"""KEY_FIELDS_SELECT_INVALID_TYPE: A key that may be of several types cannot be compared."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_key_through_an_interface_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { t: T } type T @key(fields: "node { id }") { id: ID! list(n: Int): [Int] inner: Inner node: Node! } type Inner { id: ID! } interface Node { id: ID! } type N implements Node { id: ID! }'
        ),
    )
    assert sorted({error.code for error in found}) == ["KEY_FIELDS_SELECT_INVALID_TYPE"]
    assert any('"T.node"' in error.message for error in found if error.code == "KEY_FIELDS_SELECT_INVALID_TYPE")


def test_a_key_through_an_object_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id inner { id }") { id: ID! list(n: Int): [Int] inner: Inner node: Node! } type Inner { id: ID! } interface Node { id: ID! } type N implements Node { id: ID! }'
        ),
    )
    assert "join__Graph" in made
