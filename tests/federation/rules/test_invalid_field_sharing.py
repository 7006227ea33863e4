"""INVALID_FIELD_SHARING: Two subgraphs that both resolve a field must have agreed to mean the same."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_field_in_two_subgraphs_is_refused() -> None:
    found = failures(
        a=fed2("type Query { a: Int }"),
        b=fed2("type Query { a: Int }"),
    )
    assert sorted({error.code for error in found}) == ["INVALID_FIELD_SHARING"]
    assert any('subgraphs "a" and "b"' in error.message for error in found if error.code == "INVALID_FIELD_SHARING")


def test_a_shareable_field_is_fine() -> None:
    made = supergraph(
        a=fed2("type Query { a: Int @shareable }"),
        b=fed2("type Query { a: Int @shareable }"),
    )
    assert "  a: Int\n" in made
