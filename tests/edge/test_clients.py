"""The judges from outside: npm's own audits and four real clients, against a real server on loopback.

They need Node and the packages of `tests/http` (`npm ci` there). Without them these tests skip by name; with
ROAM_REQUIRE_ALL=1 such a skip is a failure.
"""

import asyncio
import json
import os
import shutil
from pathlib import Path

import pytest

from tests.edge.conftest import Serve

HTTP = Path(__file__).resolve().parent.parent / "http"
ASKED = {
    "query": {"text": "query Q { me { displayName refused } }"},
    "errorCode": "BACKEND_REJECTED",
    "mutation": {"text": "mutation M($bill: String!) { pay(bill: $bill) }", "variables": {"bill": "$key"}},
    "subscription": {"text": "subscription S { count }"},
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


async def judged(node: str, script: str, argument: str) -> dict[str, object]:
    """Run one script; returns what it reports: {passed, failures}."""
    process = await asyncio.create_subprocess_exec(
        node,
        str(HTTP / script),
        argument,
        cwd=HTTP,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 120)
    assert out, err.decode()
    report: dict[str, object] = json.loads(out)
    return report


async def test_every_audit_of_graphql_over_http_passes(serve: Serve, node: str) -> None:
    base = await serve()
    assert await judged(node, "audits.mjs", f"{base}/graphql") == {"passed": 61, "failures": []}


async def test_four_clients_query_mutate_and_subscribe(serve: Serve, node: str) -> None:
    """Apollo Client, urql, graphql-ws and graphql-sse: partial errors, mutations, subscriptions, refusals."""
    base = await serve()
    found = await judged(node, "clients.mjs", json.dumps(ASKED | {"url": f"{base}/graphql"}))
    assert found == {"passed": 17, "failures": []}
