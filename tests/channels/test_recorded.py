"""The project's own cities against their recorded answers, over real sockets: every fixture of every channel is replayed."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey

from channels.answer import Failure, Page
from channels.calls.connections import Connections
from channels.declared.fixtures import Case, FixtureFile
from channels.declared.secrets import Secrets
from channels.deployment.snapshot import Channel, Snapshot, load
from channels.mapping.shape import contributed_shapes
from channels.protocols.compiled import LOCAL, compile_operation
from channels.text.documents import read_document
from tests.channels.loopback import NOW, http, question, served

ROOT = Path("cities")
EXAMPLE = Path("docs/examples")
CLAIMS = {"pairwise_id": "p-777", "name": "陈某", "id_number": "510000199001011234", "phone": "19900000001"}


def cases() -> Iterator[Any]:
    for folder in (ROOT, EXAMPLE):
        for file in sorted(folder.glob("*/fixtures/*.yaml")):
            document = read_document(file, str(file), FixtureFile)
            assert document.model is not None, document.found
            for case in document.model.cases:
                name = f"{file.parent.parent.name}-{document.model.operation}-{case.name}"
                yield pytest.param(file.parent.parent.name, document.model.operation, case, id=name)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The project's cities and the example one, with keys that are keys."""
    root = tmp_path_factory.mktemp("root")
    for entry in [*ROOT.iterdir(), *(entry for entry in EXAMPLE.glob("*") if entry.is_dir())]:
        (root / entry.name).symlink_to(entry.resolve())
    key = ECKey.generate_key("P-256").as_pem(private=True).decode()
    second = OKPKey.generate_key("Ed25519").as_pem(private=True).decode()
    keys = {"CHENGDU_GATEWAY_KEY": key, "GATEWAY_TOKEN_KEY": key, "GATEWAY_TOKEN_ED25519_KEY": second}
    secrets = Secrets(MappingProxyType(keys))
    snapshot = load(root, environment="sandbox", at=date(2026, 11, 21), secrets=secrets).snapshot
    assert snapshot is not None
    return snapshot


def pointed(channel: Channel, url: str) -> Channel:
    """The channel with every backend moved to `url`, its path kept, and its token endpoint too."""
    backends = {
        name: rule.model_copy(update={"base_url": url + "/" + rule.base_url.split("/", 3)[3]})
        if rule.base_url.count("/") > 2
        else rule.model_copy(update={"base_url": url})
        for name, rule in channel.config.backends.items()
    }
    auth = {
        name: rule.model_copy(update={"token_url": f"{url}/oauth2/token"}) if rule.type == "oauth2_client" else rule
        for name, rule in channel.config.auth.items()
    }
    config = channel.config.model_copy(update={"backends": backends, "auth": auth})
    shapes = contributed_shapes(channel.contribution) if channel.contribution else {}
    named = {**config.operations, **{LOCAL + name: rule for name, rule in config.local.items()}}
    operations = {
        name: compile_operation(name, rule, backends[rule.backend], shapes.get(name.removeprefix(LOCAL)))
        for name, rule in named.items()
    }
    return Channel(config, operations, (), channel.contribution, channel.secrets)


def recorded(case: Case) -> bytes:
    response = case.response
    if response.base64 is not None:
        return http(base64.b64decode(response.base64), status=response.status, content_type="application/octet-stream")
    return http(response.text if response.text is not None else response.json_body, status=response.status)


@pytest.mark.parametrize(("city", "operation", "case"), list(cases()))
async def test_a_recorded_answer_becomes_what_the_fixture_expects(
    loaded: Snapshot, city: str, operation: str, case: Case
) -> None:
    async def respond(server: Any, asked: Any, writer: asyncio.StreamWriter) -> bytes:
        if asked.target == "/oauth2/token":
            return http({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"})
        return recorded(case)

    async with served(respond) as server:
        channel = pointed(loaded.channels[city], server.url)
        snapshot = Snapshot(
            **{name: getattr(loaded, name) for name in loaded.__dataclass_fields__ if name != "channels"},
            channels={city: channel},
        )
        async with Connections(snapshot, lambda: NOW) as connections:
            assert connections.diagnostics == ()
            answer = await connections.call(channel, question(operation, args=case.args, claims=CLAIMS | case.claims))
    expected = case.expect
    if expected.error is not None:
        assert isinstance(answer, Failure), answer
        assert answer.code == expected.error, answer
        return
    assert isinstance(answer, Page), answer
    if expected.items is not None:
        assert len(answer.rows) == expected.items
    for name, value in expected.first.items():
        got = answer.rows[0][name]
        assert (got["amount"] if isinstance(got, dict) else got) == value, name
    if case.request is not None and case.request.json_body is not None:
        assert server.asked[-1].json == case.request.json_body
        assert server.asked[-1].target == case.request.path


def test_every_city_has_recorded_cases() -> None:
    """An empty parametrisation would pass in silence."""
    assert {param.values[0] for param in cases()} >= {folder.parent.name for folder in ROOT.glob("*/fixtures")}
