"""EXTERNAL_ON_INTERFACE: An interface resolves nothing by itself."""

from tests.federation.composing import failures, fed2, supergraph


def test_an_external_interface_field_is_refused() -> None:
    found = failures(
        a=fed2("interface I { a: Int @external } type T implements I { a: Int } type Query { i: I }"),
    )
    assert sorted({error.code for error in found}) == ["EXTERNAL_ON_INTERFACE"]
    assert any('"I.a"' in error.message for error in found if error.code == "EXTERNAL_ON_INTERFACE")


def test_an_interface_field_is_declared_plainly() -> None:
    made = supergraph(
        a=fed2("interface I { a: Int } type T implements I { a: Int } type Query { i: I }"),
    )
    assert "join__Graph" in made
