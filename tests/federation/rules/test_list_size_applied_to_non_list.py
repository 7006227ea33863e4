"""LIST_SIZE_APPLIED_TO_NON_LIST: What is no list has no size."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_sized_field_that_is_no_list_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { a(first: Int): Page @listSize(sizedFields: ["count"]) } type Page { items: [Int] count: Int }'
        ),
    )
    assert sorted({error.code for error in found}) == ["LIST_SIZE_APPLIED_TO_NON_LIST"]
    assert any('"count"' in error.message for error in found if error.code == "LIST_SIZE_APPLIED_TO_NON_LIST")


def test_a_list_below_is_sized() -> None:
    made = supergraph(
        a=fed2(
            'type Query { a(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["items"]) } type Page { items: [Int] count: Int }'
        ),
    )
    assert "join__Graph" in made
