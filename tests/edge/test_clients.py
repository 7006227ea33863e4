"""The judges from outside: npm's own audits and four real clients, against a real server on loopback.

They need Node and the packages of `tests/http` (`npm ci` there). Without them these tests skip by name; with
ROAM_REQUIRE_ALL=1 such a skip is a failure.
"""

import json

import pytest

from tests.edge.conftest import Serve
from tests.nodejs import Node, node_or_skip

ASKED = {
    "query": {"text": "query Q { me { displayName refused } }"},
    "errorCode": "BACKEND_REJECTED",
    "mutation": {"text": "mutation M($bill: String!) { pay(bill: $bill) }", "variables": {"bill": "$key"}},
    "subscription": {"text": "subscription S { count }"},
}


@pytest.fixture(scope="module")
def node() -> Node:
    return node_or_skip("http", "graphql-http")


async def test_every_audit_of_graphql_over_http_passes(serve: Serve, node: Node) -> None:
    base = await serve()
    assert await node.judged("audits.mjs", f"{base}/graphql") == {"passed": 61, "failures": []}


async def test_four_clients_query_mutate_and_subscribe(serve: Serve, node: Node) -> None:
    """Apollo Client, urql, graphql-ws and graphql-sse: partial errors, mutations, subscriptions, refusals."""
    base = await serve()
    found = await node.judged("clients.mjs", json.dumps(ASKED | {"url": f"{base}/graphql"}))
    assert found == {"passed": 17, "failures": []}
