"""LIST_SIZE_INVALID_SIZED_FIELD: The router would size a list that does not exist."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_unknown_sized_field_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { a(first: Int): Page @listSize(sizedFields: ["pages"]) } type Page { items: [Int] count: Int }'
        ),
    )
    assert sorted({error.code for error in found}) == ["LIST_SIZE_INVALID_SIZED_FIELD"]
    assert any('"pages"' in error.message for error in found if error.code == "LIST_SIZE_INVALID_SIZED_FIELD")


def test_a_known_one_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { a(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["items"]) } type Page { items: [Int] count: Int }'
        ),
    )
    assert "join__Graph" in made
