"""FIELD_ARGUMENT_DEFAULT_MISMATCH: Leaving an argument out would mean something else in each subgraph."""

from tests.federation.composing import failures, fed2, supergraph


def test_two_defaults_are_refused() -> None:
    found = failures(
        a=fed2("type Query { t(n: Int = 1): Int @shareable }"),
        b=fed2("type Query { t(n: Int = 2): Int @shareable }"),
    )
    assert sorted({error.code for error in found}) == ["FIELD_ARGUMENT_DEFAULT_MISMATCH"]
    assert any(
        'default value 1 in subgraph "a" but default value 2 in subgraph "b"' in error.message
        for error in found
        if error.code == "FIELD_ARGUMENT_DEFAULT_MISMATCH"
    )


def test_a_default_that_only_some_give_is_left_out() -> None:
    made = supergraph(
        a=fed2("type Query { t(n: Int = 1): Int @shareable }"),
        b=fed2("type Query { t(n: Int): Int @shareable }"),
    )
    assert "t(n: Int): Int" in made
