"""INVALID_LINK_IDENTIFIER: Without name and version nothing says what is linked."""

from tests.federation.composing import failures, supergraph


def test_a_url_without_a_version_is_refused() -> None:
    found = failures(
        a='extend schema @link(url: "https://specs.apollo.dev") type Query { ok: Boolean }',
    )
    assert sorted({error.code for error in found}) == ["INVALID_LINK_IDENTIFIER"]
    assert any(
        "https://specs.apollo.dev" in error.message for error in found if error.code == "INVALID_LINK_IDENTIFIER"
    )


def test_a_url_with_one_is_fine() -> None:
    made = supergraph(
        a='extend schema @link(url: "https://specs.apollo.dev/federation/v2.3") type Query { ok: Boolean }',
    )
    assert "join__Graph" in made
