"""UNKNOWN_LINK_VERSION: What a later version means is not known here."""

from tests.federation.composing import failures, supergraph


def test_a_link_of_the_future_is_refused() -> None:
    found = failures(
        a='extend schema @link(url: "https://specs.apollo.dev/link/v6.9") type Query { ok: Boolean }',
    )
    assert sorted({error.code for error in found}) == ["UNKNOWN_LINK_VERSION"]
    assert any("v6.9" in error.message for error in found if error.code == "UNKNOWN_LINK_VERSION")


def test_the_first_version_is_known() -> None:
    made = supergraph(
        a='extend schema @link(url: "https://specs.apollo.dev/link/v1.0") type Query { ok: Boolean }',
    )
    assert "join__Graph" in made
