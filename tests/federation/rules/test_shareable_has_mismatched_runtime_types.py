"""SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES: The answer would depend on which subgraph is asked."""

from tests.federation.composing import failures, fed2, supergraph


def test_subgraphs_that_return_no_common_type_are_refused() -> None:
    found = failures(
        a=fed2("type Query { i: I @shareable } interface I { a: Int } type T implements I { a: Int }"),
        b=fed2("type Query { i: I @shareable } interface I { a: Int } type U implements I { a: Int }"),
    )
    assert sorted({error.code for error in found}) == ["SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"]
    assert any(
        '"Query.i"' in error.message for error in found if error.code == "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"
    )


def test_one_common_type_is_enough() -> None:
    made = supergraph(
        a=fed2("type Query { i: I @shareable } interface I { a: Int } type T implements I @shareable { a: Int }"),
        b=fed2(
            "type Query { i: I @shareable } interface I { a: Int } type T implements I @shareable { a: Int } type U implements I { a: Int }"
        ),
    )
    assert "join__Graph" in made
