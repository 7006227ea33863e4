"""The saved operations: what a tester is handed first has to be right."""

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate

from sandbox.personas import PERSONAS

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "web/operations").glob("*.graphql"))


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """The exported graph with every city's own fields."""
    texts = [ROOT / "schema/schema.graphql", *sorted((ROOT / "cities").glob("*/contribute.graphql"))]
    return build_schema("\n".join(path.read_text("utf-8") for path in texts))


def beside(path: Path) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(path.with_suffix(".json").read_text("utf-8"))
    return described


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_saved_operation_and_its_lookups_are_valid_in_the_graph(path: Path, schema: GraphQLSchema) -> None:
    """An operation the graph refuses would greet its reader with red lines."""
    lookups = [step["query"] for step in beside(path).get("lookup", [])]
    for text in (path.read_text("utf-8"), *lookups):
        assert validate(schema, parse(text)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_its_side_file_titles_it_twice_and_fills_variables_that_it_declares(path: Path) -> None:
    """A misspelt variable would be sent and silently ignored."""
    described = beside(path)
    assert set(described) <= {"title", "persona", "variables", "lookup"}
    assert all(described["title"][language].strip() for language in ("zh", "en"))
    assert described["persona"] is None or described["persona"] in PERSONAS
    operations = [one for one in parse(path.read_text("utf-8")).definitions if isinstance(one, OperationDefinitionNode)]
    declared = {variable.variable.name.value for one in operations for variable in one.variable_definitions or ()}
    assert set(described["variables"]) <= declared


def test_operation_names_are_unique_because_tabs_are_known_by_them() -> None:
    names = [
        one.name.value
        for path in FILES
        for one in parse(path.read_text("utf-8")).definitions
        if isinstance(one, OperationDefinitionNode) and one.name
    ]
    assert len(names) == len(set(names))
