"""LINK_IMPORT_NAME_MISMATCH: The supergraph has one name for a directive."""

from tests.federation.composing import failures, supergraph


def test_two_names_for_one_directive_are_refused() -> None:
    found = failures(
        a='extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: [{name: "@tag", as: "@label"}]) type Query { a: Int @label(name: "x") }',
        b='extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@tag"]) type Query { b: Int @tag(name: "x") }',
    )
    assert sorted({error.code for error in found}) == ["LINK_IMPORT_NAME_MISMATCH"]
    assert any('"@label"' in error.message for error in found if error.code == "LINK_IMPORT_NAME_MISMATCH")


def test_one_name_reaches_the_supergraph() -> None:
    made = supergraph(
        a='extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: [{name: "@tag", as: "@label"}]) type Query { a: Int @label(name: "x") }',
    )
    assert 'a: Int @label(name: "x")' in made
