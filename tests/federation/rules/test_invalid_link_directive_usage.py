"""INVALID_LINK_DIRECTIVE_USAGE: An import that does not exist would silently mean nothing."""

from tests.federation.composing import failures, supergraph


def test_an_unknown_import_is_refused() -> None:
    found = failures(
        a='extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@shareble"]) type Query { ok: Boolean }',
    )
    assert sorted({error.code for error in found}) == ["INVALID_LINK_DIRECTIVE_USAGE"]
    assert any('"@shareble"' in error.message for error in found if error.code == "INVALID_LINK_DIRECTIVE_USAGE")


def test_an_import_is_renamed() -> None:
    made = supergraph(
        a='extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: [{name: "@shareable", as: "@shared"}]) type Query { ok: Boolean @shared }',
    )
    assert "join__Graph" in made
