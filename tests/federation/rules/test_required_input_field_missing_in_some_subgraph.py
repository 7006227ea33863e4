"""REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH: One subgraph must be sent what the other does not take."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_required_input_field_that_one_lacks_is_refused() -> None:
    found = failures(
        a=fed2("type Query { a(i: I): Int } input I { n: Int! m: Int }"),
        b=fed2("input I { m: Int }"),
    )
    assert sorted({error.code for error in found}) == ["REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"]
    assert any(
        'required in subgraph "a" but does not appear in subgraph "b"' in error.message
        for error in found
        if error.code == "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"
    )


def test_an_optional_one_is_left_out() -> None:
    made = supergraph(
        a=fed2("type Query { a(i: I): Int } input I { n: Int m: Int }"),
        b=fed2("input I { m: Int }"),
    )
    assert "input I @join__type(graph: A) @join__type(graph: B) {\n  m: Int\n}" in made
