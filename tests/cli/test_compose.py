"""`roam compose`: a supergraph on standard output, reasons on standard error, one line of JSON for one of input."""

import json
from pathlib import Path

from typer.testing import CliRunner

from cli.compose import answer
from cli.main import app, parts

for register in parts():
    register(app)
RUNNER = CliRunner()
SDL = "type Query { ok: Boolean }"


def test_a_folder_of_subgraphs_is_composed(tmp_path: Path) -> None:
    (tmp_path / "one.graphql").write_text(SDL, "utf-8")
    result = RUNNER.invoke(app, ["compose", str(tmp_path)])
    assert result.exit_code == 0
    assert 'ONE @join__graph(name: "one"' in result.stdout


def test_a_file_lists_subgraphs_with_their_text_or_file(tmp_path: Path) -> None:
    (tmp_path / "one.graphql").write_text(SDL, "utf-8")
    listed = [
        {"name": "one", "url": "http://one", "file": "one.graphql"},
        {"name": "two", "sdl": "type Query { b: Int }"},
    ]
    (tmp_path / "all.json").write_text(json.dumps(listed), "utf-8")
    result = RUNNER.invoke(app, ["compose", str(tmp_path / "all.json")])
    assert result.exit_code == 0
    assert 'TWO @join__graph(name: "two"' in result.stdout


def test_a_supergraph_file_is_checked(tmp_path: Path) -> None:
    (tmp_path / "one.graphql").write_text(SDL, "utf-8")
    made = RUNNER.invoke(app, ["compose", str(tmp_path)]).stdout
    (tmp_path / "whole.graphql").write_text(made, "utf-8")
    (tmp_path / "half.graphql").write_text(made[: made.index("type Query")], "utf-8")
    assert RUNNER.invoke(app, ["compose", str(tmp_path / "whole.graphql")]).stdout == made
    cut = RUNNER.invoke(app, ["compose", str(tmp_path / "half.graphql")])
    assert cut.exit_code == 1
    assert "INVALID_FEDERATION_SUPERGRAPH" in cut.stderr


def test_reasons_are_told_and_fail(tmp_path: Path) -> None:
    (tmp_path / "one.graphql").write_text("type T { a: Int }", "utf-8")
    result = RUNNER.invoke(app, ["compose", str(tmp_path)])
    assert result.exit_code == 1
    assert "NO_QUERIES" in result.stderr


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["compose", str(tmp_path / "none.json")])
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1


def test_json_lines_answer_line_by_line() -> None:
    lines = [
        {"id": "1", "subgraphs": [{"name": "a", "sdl": SDL}]},
        {"id": "2", "subgraphs": [{"name": "a", "sdl": "type"}]},
    ]
    result = RUNNER.invoke(app, ["compose", "--json-lines"], input="\n".join(map(json.dumps, lines)) + "\n")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(one["id"], one["ok"]) for one in answers] == [("1", True), ("2", False)]
    assert answers[1]["errors"][0]["code"] == "INVALID_GRAPHQL"


def test_a_line_that_is_no_question_is_answered() -> None:
    assert answer("{")["errors"][0]["code"] == "INVALID_REQUEST"
