"""ENUM_VALUE_MISMATCH: A value that one subgraph returns would be sent to one that does not know it."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_enum_both_ways_has_the_same_values() -> None:
    found = failures(
        a=fed2("type Query { a(k: K): K } enum K { A B }"),
        b=fed2("type Query { b: K } enum K { A }"),
    )
    assert sorted({error.code for error in found}) == ["ENUM_VALUE_MISMATCH"]
    assert any(
        '"B" is defined in subgraph "a" but not in subgraph "b"' in error.message
        for error in found
        if error.code == "ENUM_VALUE_MISMATCH"
    )


def test_an_enum_that_is_only_returned_is_united() -> None:
    made = supergraph(
        a=fed2("type Query { a: K } enum K { A B }"),
        b=fed2("type Query { b: K } enum K { A }"),
    )
    assert "  B @join__enumValue(graph: A)" in made
