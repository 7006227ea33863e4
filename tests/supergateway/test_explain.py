"""`roam plan`: a plan as text and as JSON, without asking anybody."""

import json

import pytest

from supergateway.explain import explained
from supergateway.sources import SourceError
from tests.federation.recorded import CASES

SUPERGRAPH = CASES / "suites" / "include-skip" / "supergraph.graphql"
QUERY = "query ($bool: Boolean = false) { product { price include @include(if: $bool) } }"


def test_a_default_chooses_the_plan_and_a_variable_chooses_another() -> None:
    """The plan printed is the one that a request with these variables would run."""
    short = explained(SUPERGRAPH, QUERY, None, "{}", (), as_json=False)
    long = explained(SUPERGRAPH, QUERY, None, '{"bool": true}', (), as_json=False)
    assert short.count("Fetch(") == 1
    assert long.count("Fetch(") == 3


def test_a_plan_as_json_has_what_the_text_has() -> None:
    """For tools: Apollo's words where there are any."""
    found = json.loads(explained(SUPERGRAPH, QUERY, None, '{"bool": true}', (), as_json=True))
    assert found["node"]["kind"] == "Sequence"
    assert [each["serviceName"] for each in found["node"]["nodes"]] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("query", "variables"),
    [("{", "{}"), ("{ nope }", "{}"), ("query A { product { id } } query B { product { id } }", "{}"), (QUERY, "[]")],
)
def test_what_cannot_be_planned_is_said(query: str, variables: str) -> None:
    """One sentence, no traceback."""
    with pytest.raises(SourceError):
        explained(SUPERGRAPH, query, None, variables, (), as_json=False)
