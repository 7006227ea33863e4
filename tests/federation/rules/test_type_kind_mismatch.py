"""TYPE_KIND_MISMATCH: One name is one kind of type."""

from tests.federation.composing import failures, fed2, supergraph


def test_two_kinds_are_refused() -> None:
    found = failures(
        a=fed2("type Query { t: T } type T { a: Int }"),
        b=fed2("interface T { a: Int } type U implements T { a: Int } type Query { u: T }"),
    )
    assert sorted({error.code for error in found}) == ["TYPE_KIND_MISMATCH"]
    assert any(
        'Object Type in subgraph "a" but Interface Type in subgraph "b"' in error.message
        for error in found
        if error.code == "TYPE_KIND_MISMATCH"
    )


def test_one_kind_is_merged() -> None:
    made = supergraph(
        a=fed2("type Query { t: T } type T @shareable { a: Int }"),
        b=fed2("type T @shareable { a: Int } type Query { u: T }"),
    )
    assert "join__Graph" in made
