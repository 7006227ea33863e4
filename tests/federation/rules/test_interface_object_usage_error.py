"""INTERFACE_OBJECT_USAGE_ERROR: An @interfaceObject stands for types that another subgraph knows."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_interface_object_without_an_interface_is_refused() -> None:
    found = failures(
        a=fed2('type I @interfaceObject @key(fields: "id") { id: ID! a: Int } type Query { i: I }'),
    )
    assert sorted({error.code for error in found}) == ["INTERFACE_OBJECT_USAGE_ERROR"]
    assert any(
        "in all the subgraphs" in error.message for error in found if error.code == "INTERFACE_OBJECT_USAGE_ERROR"
    )


def test_its_fields_are_added_to_every_type() -> None:
    made = supergraph(
        a=fed2('type I @interfaceObject @key(fields: "id") { id: ID! a: Int } type Query { j: I }'),
        b=fed2(
            'interface I @key(fields: "id") { id: ID! } type T implements I @key(fields: "id") { id: ID! } type Query { i: I }'
        ),
    )
    assert "a: Int @join__field\n" in made
