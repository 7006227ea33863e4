"""LIST_SIZE_INVALID_SLICING_ARGUMENT: A size is a number."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_slicing_argument_that_is_no_integer_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { a(first: String): Page @listSize(slicingArguments: ["first"], sizedFields: ["items"]) } type Page { items: [Int] count: Int }'
        ),
    )
    assert sorted({error.code for error in found}) == ["LIST_SIZE_INVALID_SLICING_ARGUMENT"]
    assert any('"first"' in error.message for error in found if error.code == "LIST_SIZE_INVALID_SLICING_ARGUMENT")


def test_an_integer_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { a(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["items"]) } type Page { items: [Int] count: Int }'
        ),
    )
    assert "join__Graph" in made
