"""EXTENSION_WITH_NO_BASE: In Federation 1 an extension without a type was a mistake in a name."""

from tests.federation.composing import failures, supergraph


def test_an_extension_that_nobody_defines_is_refused() -> None:
    found = failures(
        a='extend type Prodcut @key(fields: "id") { id: ID @external } type Query { p: Prodcut }',
    )
    assert sorted({error.code for error in found}) == ["EXTENSION_WITH_NO_BASE"]
    assert any('"Prodcut"' in error.message for error in found if error.code == "EXTENSION_WITH_NO_BASE")


def test_an_extension_of_another_subgraphs_type_is_one_type() -> None:
    made = supergraph(
        a='extend type Product @key(fields: "id") { id: ID @external } type Query { p: Product }',
        b='type Product @key(fields: "id") { id: ID }',
    )
    assert "join__Graph" in made
