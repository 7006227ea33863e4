"""COST_APPLIED_TO_INTERFACE_FIELD: Which type answers decides what a field costs."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_cost_on_an_interface_field_is_refused() -> None:
    found = failures(
        a=fed2("interface I { a: Int @cost(weight: 5) } type T implements I { a: Int } type Query { i: I }"),
    )
    assert sorted({error.code for error in found}) == ["COST_APPLIED_TO_INTERFACE_FIELD"]
    assert any('"I.a"' in error.message for error in found if error.code == "COST_APPLIED_TO_INTERFACE_FIELD")


def test_a_cost_on_the_types_field_reaches_the_supergraph() -> None:
    made = supergraph(
        a=fed2("interface I { a: Int } type T implements I { a: Int @cost(weight: 5) } type Query { i: I }"),
    )
    assert "@cost(weight: 5)" in made
