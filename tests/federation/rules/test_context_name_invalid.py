"""CONTEXT_NAME_INVALID: A context that cannot be named cannot be taken from."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_context_needs_a_name() -> None:
    found = failures(
        a=fed2('type Query { u: U } type U @context(name: "a-b") { id: ID }'),
    )
    assert sorted({error.code for error in found}) == ["CONTEXT_NAME_INVALID"]
    assert any("a-b" in error.message for error in found if error.code == "CONTEXT_NAME_INVALID")


def test_letters_are_a_name() -> None:
    made = supergraph(
        a=fed2('type Query { u: U } type U @context(name: "ab") { id: ID }'),
    )
    assert "join__Graph" in made
