"""The judges from outside, against the real stack: npm's audits, and Apollo Client, urql, graphql-ws and graphql-sse.

They need Node and the packages of `tests/http`; see tests/edge/test_clients.py, which runs them over a small graph.
"""

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.up import Stack
from tests.client import FrontEnd

HTTP = Path(__file__).resolve().parent.parent / "http"
Citizen = Callable[..., FrontEnd]
ASKED = {
    # mei has no agreement for Deyang's ride code: data beside one error.
    "query": {"text": "query Q { me { displayName } roam(city: DEYANG) { city { slug } rideCode { payload } } }"},
    "errorCode": "NO_AGREEMENT",
    "mutation": {
        "text": """mutation M($key: IdempotencyKey!) {
            grantConsent(input: {provider: DEYANG, services: [], claims: [], days: 1, idempotencyKey: $key}) {
                userErrors { code } idempotency { key } } }""",
        "variables": {"key": "$key"},
    },
    "subscription": {"text": "subscription S { channelAvailability(cities: [CHENGDU, DEYANG]) { slug availability } }"},
}


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    missing = None if found else "Node is not installed"
    if missing is None and not (HTTP / "node_modules" / "graphql-http").is_dir():
        missing = "the packages of tests/http are not installed (npm ci)"
    if missing and os.environ.get("ROAM_REQUIRE_ALL") == "1":
        pytest.fail(f"ROAM_REQUIRE_ALL=1, but {missing}")
    if missing or not found:
        pytest.skip(missing or "")
    return found


async def judged(node: str, script: str, argument: str) -> Any:
    """Run one script; returns what it reports: {passed, failures}."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        node, str(HTTP / script), argument, cwd=HTTP, stdout=pipe, stderr=pipe
    )
    out, err = await asyncio.wait_for(process.communicate(), 120)
    assert out, err.decode()
    return json.loads(out)


async def test_the_real_gateway_passes_every_audit(stack: Stack, node: str) -> None:
    """GraphQL over HTTP as the specification says it: 61 of 61."""
    assert await judged(node, "audits.mjs", f"{stack.gateway_url}/graphql") == {"passed": 61, "failures": []}


async def test_four_clients_work_as_a_citizen(stack: Stack, citizen: Citizen, node: str) -> None:
    """Data with partial errors, a mutation, a subscription of two events, a refusal: as their users see them."""
    headers = {"authorization": f"Bearer {citizen('mei').token}"}
    asked = ASKED | {"url": f"{stack.gateway_url}/graphql", "headers": headers}
    assert await judged(node, "clients.mjs", json.dumps(asked)) == {"passed": 17, "failures": []}
