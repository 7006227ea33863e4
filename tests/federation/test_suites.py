"""The suites of the public federation gateway audit, against recorded subgraphs in process."""

from typing import Any

import pytest
from graphql import parse, validate

from tests.federation.gateway import read, suite_gateway
from tests.federation.recorded import CASES

SUITES = sorted(path.name for path in (CASES / "suites").iterdir())
BUDGET = read(CASES / "plan_budget.json")


@pytest.mark.parametrize("suite", SUITES)
async def test_a_suite_is_answered_as_the_audit_expects(suite: str) -> None:
    """The same subgraphs and queries that every other gateway is measured by."""
    gateway = suite_gateway(suite)
    for number, case in enumerate(read(CASES / "suites" / suite / "tests.json")):
        expected = case["expected"]
        if validate(gateway.graph.api, parse(case["query"])):
            assert expected["errors"], (suite, number)
            continue
        before = gateway.requests()
        body = await gateway.ask(case["query"], case["variables"])
        assert body["data"] == expected["data"], (suite, number)
        if expected["errors"] is not None:
            assert bool(body.get("errors")) is expected["errors"], (suite, number)
        most: Any = BUDGET[suite][number]["max"]
        assert gateway.requests() - before <= most, (suite, number)
