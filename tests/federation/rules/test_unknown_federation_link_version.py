"""UNKNOWN_FEDERATION_LINK_VERSION: What a later version means is not known here."""

from tests.federation.composing import failures, supergraph


def test_a_version_of_the_future_is_refused() -> None:
    found = failures(
        a='extend schema @link(url: "https://specs.apollo.dev/federation/v6.9") type Query { ok: Boolean }',
    )
    assert sorted({error.code for error in found}) == ["UNKNOWN_FEDERATION_LINK_VERSION"]
    assert any("v6.9" in error.message for error in found if error.code == "UNKNOWN_FEDERATION_LINK_VERSION")


def test_every_version_to_2_12_is_known() -> None:
    made = supergraph(
        a='extend schema @link(url: "https://specs.apollo.dev/federation/v2.12") type Query { ok: Boolean }',
    )
    assert "join__Graph" in made
