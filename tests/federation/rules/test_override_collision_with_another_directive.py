"""OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE: Moving the field would leave the other directive without it."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_field_that_requires_others_does_not_move() -> None:
    found = failures(
        a=fed2('type T @key(fields: "id") { id: ID! a: Int @override(from: "b") } type Query { t: T }'),
        b=fed2('type T @key(fields: "id") { id: ID! x: Int @external a: Int @requires(fields: "x") }'),
        c=fed2('type T @key(fields: "id") { id: ID! x: Int }'),
    )
    assert sorted({error.code for error in found}) == ["OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"]
    assert any(
        "@requires" in error.message for error in found if error.code == "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
    )


def test_a_field_moves() -> None:
    made = supergraph(
        a=fed2('type T @key(fields: "id") { id: ID! a: Int @override(from: "b") } type Query { t: T }'),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int } '),
    )
    assert 'a: Int @join__field(graph: A, override: "b")' in made
