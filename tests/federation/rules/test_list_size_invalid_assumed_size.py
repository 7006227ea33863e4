"""LIST_SIZE_INVALID_ASSUMED_SIZE: A negative size would make a query cheaper than nothing."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_negative_size_is_refused() -> None:
    found = failures(
        a=fed2("type Query { a(first: Int): [Int] @listSize(assumedSize: -1) } type Page { items: [Int] count: Int }"),
    )
    assert sorted({error.code for error in found}) == ["LIST_SIZE_INVALID_ASSUMED_SIZE"]
    assert any("negative" in error.message for error in found if error.code == "LIST_SIZE_INVALID_ASSUMED_SIZE")


def test_a_size_by_argument_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { a(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["items"]) } type Page { items: [Int] count: Int }'
        ),
    )
    assert "join__Graph" in made
