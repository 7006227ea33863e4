"""FIELD_ARGUMENT_TYPE_MISMATCH: No value would suit both subgraphs."""

from tests.federation.composing import failures, fed2, supergraph


def test_two_argument_types_are_refused() -> None:
    found = failures(
        a=fed2("type Query { t(n: Int): Int @shareable }"),
        b=fed2("type Query { t(n: String): Int @shareable }"),
    )
    assert sorted({error.code for error in found}) == ["FIELD_ARGUMENT_TYPE_MISMATCH"]
    assert any(
        'it has type "Int" in subgraph "a" but type "String" in subgraph "b"' in error.message
        for error in found
        if error.code == "FIELD_ARGUMENT_TYPE_MISMATCH"
    )


def test_the_stricter_of_two_is_taken() -> None:
    made = supergraph(
        a=fed2("type Query { t(n: Int): Int @shareable }"),
        b=fed2("type Query { t(n: Int!): Int @shareable }"),
    )
    assert "t(n: Int!): Int" in made
