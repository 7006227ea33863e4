"""INPUT_FIELD_DEFAULT_MISMATCH: Leaving the field out would mean something else in each subgraph."""

from tests.federation.composing import failures, fed2, supergraph


def test_two_input_defaults_are_refused() -> None:
    found = failures(
        a=fed2("type Query { a(i: I): Int } input I { n: Int = 1 }"),
        b=fed2("input I { n: Int = 2 }"),
    )
    assert sorted({error.code for error in found}) == ["INPUT_FIELD_DEFAULT_MISMATCH"]
    assert any('"I.n"' in error.message for error in found if error.code == "INPUT_FIELD_DEFAULT_MISMATCH")


def test_the_same_default_is_kept() -> None:
    made = supergraph(
        a=fed2("type Query { a(i: I): Int } input I { n: Int = 1 }"),
        b=fed2("input I { n: Int = 1 }"),
    )
    assert "n: Int = 1" in made
