"""OVERRIDE_SOURCE_HAS_OVERRIDE: Two moves of a field would race."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_move_from_a_move_is_refused() -> None:
    found = failures(
        a=fed2('type T @key(fields: "id") { id: ID! a: Int @override(from: "b") } type Query { t: T }'),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int @override(from: "c") } '),
        c=fed2('type T @key(fields: "id") { id: ID! a: Int } '),
    )
    assert sorted({error.code for error in found}) == ["OVERRIDE_SOURCE_HAS_OVERRIDE"]
    assert any('subgraph "b"' in error.message for error in found if error.code == "OVERRIDE_SOURCE_HAS_OVERRIDE")


def test_one_move_is_fine() -> None:
    made = supergraph(
        a=fed2('type T @key(fields: "id") { id: ID! a: Int @override(from: "b") } type Query { t: T }'),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int } '),
    )
    assert "join__Graph" in made
