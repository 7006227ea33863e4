"""KEY_INVALID_FIELDS: A key that selects nothing finds nothing."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_unknown_key_field_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id nme") { id: ID! list(n: Int): [Int] inner: Inner node: Node! } type Inner { id: ID! } interface Node { id: ID! } type N implements Node { id: ID! }'
        ),
    )
    assert sorted({error.code for error in found}) == ["KEY_INVALID_FIELDS"]
    assert any('"nme"' in error.message for error in found if error.code == "KEY_INVALID_FIELDS")


def test_known_key_fields_are_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id inner { id }") { id: ID! list(n: Int): [Int] inner: Inner node: Node! } type Inner { id: ID! } interface Node { id: ID! } type N implements Node { id: ID! }'
        ),
    )
    assert "join__Graph" in made
