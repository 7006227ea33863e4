"""EMPTY_MERGED_ENUM_TYPE: An enum without values cannot be written."""

from tests.federation.composing import failures, fed2, supergraph


def test_values_without_a_common_one_are_refused() -> None:
    found = failures(
        a=fed2("type Query { a(k: K): Int } enum K { A }"),
        b=fed2("type Query { b(k: K): Int } enum K { B }"),
    )
    assert sorted({error.code for error in found}) == ["EMPTY_MERGED_ENUM_TYPE"]
    assert any('"K"' in error.message for error in found if error.code == "EMPTY_MERGED_ENUM_TYPE")


def test_only_common_values_are_taken() -> None:
    made = supergraph(
        a=fed2("type Query { a(k: K): Int } enum K { A C }"),
        b=fed2("type Query { b(k: K): Int } enum K { B C }"),
    )
    assert "  C @join__enumValue(graph: A)" in made
