"""TYPE_DEFINITION_INVALID: A copied type of the specification is what it is there."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_field_set_that_is_no_scalar_is_refused() -> None:
    found = failures(
        a=fed2('input federation__FieldSet { a: Int } type Query { t: T } type T @key(fields: "id") { id: ID }'),
    )
    assert sorted({error.code for error in found}) == ["TYPE_DEFINITION_INVALID"]
    assert any("federation__FieldSet" in error.message for error in found if error.code == "TYPE_DEFINITION_INVALID")


def test_a_scalar_is_fine() -> None:
    made = supergraph(
        a=fed2('scalar federation__FieldSet type Query { t: T } type T @key(fields: "id") { id: ID }'),
    )
    assert "join__Graph" in made
