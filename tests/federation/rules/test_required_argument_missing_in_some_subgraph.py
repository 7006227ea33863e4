"""REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH: One subgraph must be told what the other cannot be."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_required_argument_that_one_lacks_is_refused() -> None:
    found = failures(
        a=fed2("type Query { t(n: Int!): Int @shareable }"),
        b=fed2("type Query { t: Int @shareable }"),
    )
    assert sorted({error.code for error in found}) == ["REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"]
    assert any(
        'required in subgraph "a" but does not appear in subgraph "b"' in error.message
        for error in found
        if error.code == "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"
    )


def test_an_optional_one_is_left_out() -> None:
    made = supergraph(
        a=fed2("type Query { t(n: Int): Int @shareable }"),
        b=fed2("type Query { t: Int @shareable }"),
    )
    assert "  t: Int\n" in made
