"""EMPTY_MERGED_INPUT_TYPE: An input object without fields cannot be sent."""

from tests.federation.composing import failures, fed2, supergraph


def test_inputs_without_a_common_field_are_refused() -> None:
    found = failures(
        a=fed2("type Query { a(i: I): Int } input I { a: Int }"),
        b=fed2("type Query { b(i: I): Int } input I { b: Int }"),
    )
    assert sorted({error.code for error in found}) == ["EMPTY_MERGED_INPUT_TYPE"]
    assert any('"I"' in error.message for error in found if error.code == "EMPTY_MERGED_INPUT_TYPE")


def test_only_common_fields_are_sent() -> None:
    made = supergraph(
        a=fed2("type Query { a(i: I): Int } input I { a: Int c: Int }"),
        b=fed2("type Query { b(i: I): Int } input I { b: Int c: Int }"),
    )
    assert "input I @join__type(graph: A) @join__type(graph: B) {\n  c: Int\n}" in made
