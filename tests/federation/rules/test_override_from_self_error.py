"""OVERRIDE_FROM_SELF_ERROR: Such a move does nothing."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_move_from_oneself_is_refused() -> None:
    found = failures(
        a=fed2('type T @key(fields: "id") { id: ID! a: Int @override(from: "a") } type Query { t: T }'),
    )
    assert sorted({error.code for error in found}) == ["OVERRIDE_FROM_SELF_ERROR"]
    assert any('"T.a"' in error.message for error in found if error.code == "OVERRIDE_FROM_SELF_ERROR")


def test_a_move_from_another_is_fine() -> None:
    made = supergraph(
        a=fed2('type T @key(fields: "id") { id: ID! a: Int @override(from: "b") } type Query { t: T }'),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int } '),
    )
    assert "join__Graph" in made
