"""PROVIDES_ON_NON_OBJECT_FIELD: A leaf has nothing below it to provide."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_leaf_that_provides_is_refused() -> None:
    found = failures(
        a=fed2('type Query { p: Int @provides(fields: "a") }'),
    )
    assert sorted({error.code for error in found}) == ["PROVIDES_ON_NON_OBJECT_FIELD"]
    assert any('"Query.p"' in error.message for error in found if error.code == "PROVIDES_ON_NON_OBJECT_FIELD")


def test_a_list_of_objects_that_provides_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { p: P } type P { ts: [T!]! @provides(fields: "a") } type T @key(fields: "id") { id: ID! a: Int @external }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int @shareable }'),
    )
    assert 'ts: [T!]! @join__field(graph: A, provides: "a")' in made
