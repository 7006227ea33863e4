"""Compositions recorded from a public composer's tests: the outcome, the codes and the supergraph."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from federation.compose import NotComposed, Source, compose
from tests.federation.canonical import differences

CASES = Path(__file__).resolve().parent / "cases"
OWN_CODES = {
    "THROWN": "INVALID_SUBGRAPH_NAME",  # recorded as an exception without a code
    "-": "DIRECTIVE_COMPOSITION_ERROR",  # recorded as an error without a code
}


def recorded() -> Iterator[Any]:
    with (CASES / "compose_cases.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            if case["expect"]:
                yield pytest.param(case, id=case["id"])


@pytest.mark.parametrize("case", list(recorded()))
def test_a_recorded_composition(case: dict[str, Any]) -> None:
    result = compose([Source(one["name"], one["sdl"], one.get("url") or "") for one in case["subgraphs"]])
    expected = case["expect"]
    if isinstance(result, NotComposed):
        assert not expected["ok"], [str(error) for error in result.errors]
        allowed = [expected["codes"]] if expected["codes"] else expected["codes_any_of"]
        renamed = [sorted(OWN_CODES.get(code, code) for code in one) for one in allowed]
        assert sorted({error.code for error in result.errors}) in renamed
        return
    assert expected["ok"], expected["codes"]
    if case["composers_agree"] == "supergraph":
        assert differences(case["supergraph"], result.sdl) == []


@pytest.mark.parametrize("suite", sorted(path.name for path in (CASES / "suites").iterdir()))
def test_a_suites_supergraph_is_what_its_subgraphs_compose_to(suite: str) -> None:
    folder = CASES / "suites" / suite
    files = sorted((folder / "subgraphs").glob("*.graphql"))
    result = compose([Source(file.stem, file.read_text("utf-8")) for file in files])
    assert not isinstance(result, NotComposed), [str(error) for error in result.errors]
    assert differences((folder / "supergraph.graphql").read_text("utf-8"), result.sdl) == []


def test_the_order_of_the_subgraphs_says_nothing() -> None:
    folder = CASES / "suites" / "keys-mashup"
    sources = [Source(file.stem, file.read_text("utf-8")) for file in sorted((folder / "subgraphs").glob("*.graphql"))]
    one, other = compose(sources), compose(reversed(sources))
    assert not isinstance(one, NotComposed)
    assert not isinstance(other, NotComposed)
    assert one.sdl == other.sdl
