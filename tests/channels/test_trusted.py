"""Which identity providers a deployment trusts, as `roam.yaml` and its environment say."""

from datetime import date
from pathlib import Path

import pytest

from channels.declared.secrets import MissingSecret, Secrets
from channels.deployment.snapshot import Snapshot, load
from channels.deployment.trusted import issuers_of
from identity.issuers import AmbiguousIssuers, Issuer
from schema.codes import AssuranceLevel

HEAD = """
roam: "1"
gateway: {public_url: "https://graph.example/graphql"}
environments:
  prod: {}
  sandbox: {issuer: "http://127.0.0.1:8100"}
"""
TWO = """
identity:
  issuers:
    - issuer: https://province.example
      algorithms: [ES256, PS256]
      acr: {high: REAL_PERSON}
    - issuer: https://city.example
      audience: urn:gateway
      amr: {face: REAL_PERSON}
      cities: ["510100"]
      groups: teams
      sign_in: {client_id: console, client_secret: "secret:CONSOLE", scope: "openid offline_access"}
"""


def snapshot(folder: Path, text: str, environment: str = "prod", **secrets: str) -> Snapshot:
    (folder / "roam.yaml").write_text(HEAD + text, "utf-8")
    (folder / "services.yaml").write_text("services: []\n", "utf-8")
    loaded = load(folder, environment=environment, at=date(2026, 11, 21), secrets=Secrets(values=secrets))
    assert loaded.snapshot is not None, loaded.diagnostics
    return loaded.snapshot


def by_url(found: tuple[Issuer, ...]) -> dict[str, Issuer]:
    return {issuer.url: issuer for issuer in found}


def test_each_provider_keeps_its_own_rules(tmp_path: Path) -> None:
    found = by_url(issuers_of(snapshot(tmp_path, TWO, CONSOLE="s3cret"), None))
    province, city = found["https://province.example"], found["https://city.example"]
    assert province.audience == "https://graph.example/graphql"
    assert (province.algorithms, province.cities, province.qualified) == (("ES256", "PS256"), None, False)
    assert province.acr == {"high": AssuranceLevel.REAL_PERSON}
    assert (city.audience, city.cities, city.qualified) == ("urn:gateway", frozenset({"510100"}), True)
    assert (province.groups, city.groups) == ("groups", "teams")
    assert city.client is not None
    assert (city.client.id, city.client.secret, city.client.scope) == ("console", "s3cret", "openid offline_access")
    assert "s3cret" not in repr(city)
    assert province.client is not None
    assert (province.client.id, province.client.secret) == ("roam-graphiql", None)


def test_an_environment_with_its_own_provider_trusts_that_one_alone(tmp_path: Path) -> None:
    """Else a test token would open production, or the other way round."""
    assert list(by_url(issuers_of(snapshot(tmp_path, TWO, "sandbox"), None))) == ["http://127.0.0.1:8100"]


def test_a_provider_told_from_outside_keeps_the_first_ones_rules(tmp_path: Path) -> None:
    found = issuers_of(snapshot(tmp_path, TWO, CONSOLE="s"), "http://127.0.0.1:9")
    assert [issuer.url for issuer in found] == ["http://127.0.0.1:9", "https://city.example"]
    assert found[0].algorithms == ("ES256", "PS256")


def test_none_declared_is_none(tmp_path: Path) -> None:
    bare = snapshot(tmp_path, "")
    assert issuers_of(bare, None) == ()
    assert [issuer.url for issuer in issuers_of(bare, "https://idp.example")] == ["https://idp.example"]


def test_a_secret_that_is_not_set_and_a_provider_declared_twice_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(MissingSecret):
        issuers_of(snapshot(tmp_path, TWO), None)
    twice = "identity: {issuers: [{issuer: 'https://a.example'}, {issuer: 'https://a.example'}]}\n"
    with pytest.raises(AmbiguousIssuers):
        issuers_of(snapshot(tmp_path, twice), None)
