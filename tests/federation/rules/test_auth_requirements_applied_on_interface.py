"""AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE: A requirement on an interface alone would not bind the types that are really returned."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_requirement_on_an_interface_field_is_refused() -> None:
    found = failures(
        a=fed2(
            "interface Node { id: ID! @authenticated } type User implements Node { id: ID! } type Query { node: Node }"
        ),
    )
    assert sorted({error.code for error in found}) == ["AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE"]
    assert any("Node.id" in error.message for error in found if error.code == "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE")


def test_an_interface_inherits_the_requirements_of_its_types() -> None:
    made = supergraph(
        a=fed2(
            "interface Node { id: ID! } type User implements Node { id: ID! @authenticated } type Query { node: Node }"
        ),
    )
    assert "interface Node @join__type(graph: A) {\n  id: ID! @authenticated" in made
