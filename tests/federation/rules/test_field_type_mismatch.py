"""FIELD_TYPE_MISMATCH: No type would hold what both subgraphs return."""

from tests.federation.composing import failures, fed2, supergraph


def test_two_field_types_are_refused() -> None:
    found = failures(
        a=fed2("type Query { t: Int @shareable }"),
        b=fed2("type Query { t: String @shareable }"),
    )
    assert sorted({error.code for error in found}) == ["FIELD_TYPE_MISMATCH"]
    assert any(
        'it has type "Int" in subgraph "a" but type "String" in subgraph "b"' in error.message
        for error in found
        if error.code == "FIELD_TYPE_MISMATCH"
    )


def test_the_wider_of_two_is_returned() -> None:
    made = supergraph(
        a=fed2("type Query { t: Int @shareable }"),
        b=fed2("type Query { t: Int! @shareable }"),
    )
    assert 't: Int @join__field(graph: A, type: "Int") @join__field(graph: B, type: "Int!")' in made
