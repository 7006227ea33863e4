"""The token beside another proof, and what a channel file may say of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.channels.deployment import Deployment, errors
from tests.channels.loopback import BILLS, NOW, always, connected, http, served, snapshot

KEY = ECKey.generate_key("P-256")
DEYANG = "deyang/channel.yaml"
LINE = "citizen_token: {header: X-Roam-Citizen, algorithm: ES256, key: secret:GATEWAY_TOKEN_KEY, ttl: 60s}"
AUTH = {"k": {"type": "api_key", "header": "X-Open-Token", "value": "secret:T"}}


async def test_a_call_about_a_citizen_carries_both_proofs_and_a_public_one_only_the_citys() -> None:
    public = {**BILLS, "needs": [], "request": {"method": "GET", "path": "/public"}}
    notices = {
        "id": "id",
        "kind": {"value": "OTHER"},
        "title": "title",
        "publishedAt": {"from": "at", "as": "datetime", "format": "epoch_ms"},
    }
    held = {"bills.list": BILLS, "notices.list": {**public, "response": {"items": "rows", "map": notices}}}
    secrets = {"T": "tok", "KEY": KEY.as_pem(private=True).decode()}
    parts: dict[str, Any] = {"backend": {"auth": "k"}, "auth": AUTH, "secrets": secrets, "operations": held}
    token = {"citizen_token": {"key": "secret:KEY", "ttl": "30s"}}
    async with served(always(http({"rows": []}))) as city, connected(snapshot(city.url, **parts, **token)) as call:
        await call()
        await call("notices.list")
        [public_key] = call.connections.public_keys()
    mine, open_to_all = (asked.headers for asked in city.asked)
    assert (mine["x-open-token"], open_to_all["x-open-token"]) == ("tok", "tok")
    assert "x-roam-citizen" not in open_to_all
    claims = jwt.decode(mine["x-roam-citizen"], KEY, algorithms=["ES256"]).claims
    now = int(NOW.timestamp())
    assert (claims["aud"], claims["sub"], claims["scope"]) == ("urn:roam:city:510100", "p1", "bills.list")
    assert (claims["iat"], claims["exp"]) == (now, now + 30)
    assert public_key == {**KEY.as_dict(private=False), "kid": KEY.thumbprint(), "alg": "ES256", "use": "sig"}


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        (LINE.replace("GATEWAY_TOKEN_KEY", "NO_SUCH_KEY"), "ROAM-304", "secret NO_SUCH_KEY is not set"),
        (LINE.replace("ES256", "ES257"), "ROAM-203", "`ES257` is not one of: ES256, EdDSA"),
        (LINE.replace("secret:GATEWAY_TOKEN_KEY", "abc"), "ROAM-204", "`key` must be a secret reference"),
        (LINE.replace("ttl: 60s", "ttl: 5m"), "ROAM-329", "a token lives 60s at most, found `300s`"),
        (LINE.replace("ttl: 60s", "ttl: 0s"), "ROAM-329", "found `0s`"),
        (LINE.replace("X-Roam-Citizen", "X-Sign"), "ROAM-329", "it has another use already"),
        (LINE.replace("X-Roam-Citizen", "Content-Length"), "ROAM-329", "it has another use already"),
        (LINE.replace("X-Roam-Citizen", "X Roam"), "ROAM-329", "letters, digits and hyphens only"),
        (LINE.replace("header:", "heeder:"), "ROAM-201", "unknown field `heeder`"),
        (LINE.replace("key: secret:GATEWAY_TOKEN_KEY, ", ""), "ROAM-202", "missing field `key`"),
    ],
)
def test_a_mistake_in_it_is_told_at_its_line(tmp_path: Path, line: str, code: str, message: str) -> None:
    deployment = Deployment.make(tmp_path, "deyang", "chengdu")
    deployment.edit(DEYANG, LINE, line)
    [found] = errors(deployment.check(only="deyang"))
    text = (deployment.root / DEYANG).read_text("utf-8").splitlines()
    assert (found.code, text[found.place.line - 1]) == (code, line)
    assert message in found.en
