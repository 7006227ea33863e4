"""The judges from outside, against the real stack: npm's audits, and Apollo Client, urql, graphql-ws and graphql-sse.

They need Node and the packages of `tests/http`; see tests/edge/test_clients.py, which runs them over a small graph.
"""

import json

import pytest

from sandbox.up import Stack
from tests.client import Citizen
from tests.nodejs import Node, node_or_skip

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
def node() -> Node:
    return node_or_skip("http", "graphql-http")


async def test_the_real_gateway_passes_every_audit(stack: Stack, node: Node) -> None:
    """GraphQL over HTTP as the specification says it: 61 of 61."""
    assert await node.judged("audits.mjs", f"{stack.gateway_url}/graphql") == {"passed": 61, "failures": []}


async def test_four_clients_work_as_a_citizen(stack: Stack, citizen: Citizen, node: Node) -> None:
    """Data with partial errors, a mutation, a subscription of two events, a refusal: as their users see them."""
    headers = {"authorization": f"Bearer {citizen('mei').token}"}
    asked = ASKED | {"url": f"{stack.gateway_url}/graphql", "headers": headers}
    assert await node.judged("clients.mjs", json.dumps(asked)) == {"passed": 17, "failures": []}
