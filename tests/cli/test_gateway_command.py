"""`roam gateway` that cannot start: one line with the file and the reason, and exit status 1."""

import json
import socket
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli.supergateway import register
from tests.federation.recorded import CASES

APP = typer.Typer()
register(APP)
RUNNER = CliRunner()
SUPERGRAPH = CASES / "suites" / "simple-requires-provides" / "supergraph.graphql"
SDL = "type Query { a: Int }"

MALFORMED = [
    ("[", "is no JSON: Expecting value: line 1 column 2"),
    ("{}", "is no JSON list"),
    ("[1]", "item 1 is no object"),
    ('[{"url": "http://a", "sdl": "type Query { a: Int }"}]', 'item 1 has no "name"'),
    ('[{"name": "a", "url": "http://a"}]', 'item 1 ("a") has neither "sdl" nor "file"'),
    ('[{"name": "a", "url": 7, "sdl": "type Query { a: Int }"}]', 'item 1: "url" is no text'),
    ('[{"name": "a", "url": "http://a", "file": "none.graphql"}]', "none.graphql cannot be read: No such file"),
    ('[{"name": "a", "sdl": "type Query { a: Int }"}]', "The subgraph “a” has no address"),
    ('[{"name": "a", "url": "localhost:4001", "sdl": "type Query { a: Int }"}]', "found 'localhost:4001'"),
]


def refused(*arguments: str) -> str:
    """The one line that a gateway which does not start leaves behind."""
    result = RUNNER.invoke(APP, ["gateway", *arguments])
    lines = result.stderr.strip().splitlines()
    assert (result.exit_code, len(lines)) == (1, 1), result.stderr
    return lines[0]


@pytest.mark.parametrize(("text", "reason"), MALFORMED)
def test_a_malformed_list_of_subgraphs_is_named_with_its_reason(tmp_path: Path, text: str, reason: str) -> None:
    """The list is written by hand: which item, and what of it."""
    file = tmp_path / "subgraphs.json"
    file.write_text(text, "utf-8")
    assert reason in refused("--subgraphs", str(file))


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_supergraph_cut_in_half_is_named_with_its_reason(tmp_path: Path, part: float) -> None:
    """A download that broke off must not become a smaller graph."""
    text = SUPERGRAPH.read_text("utf-8")
    file = tmp_path / "supergraph.graphql"
    file.write_text(text[: int(len(text) * part)], "utf-8")
    assert refused("--supergraph", str(file)).startswith(f"{file}: The supergraph does not")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert (
        refused("--supergraph", str(tmp_path / "none"))
        == f"{tmp_path / 'none'} cannot be read: No such file or directory"
    )


def test_subgraphs_that_do_not_compose_are_told_with_their_codes(tmp_path: Path) -> None:
    """Here several lines are several reasons."""
    file = tmp_path / "subgraphs.json"
    file.write_text(json.dumps([{"name": "a", "url": "http://a", "sdl": "type T { a: Int }"}]), "utf-8")
    result = RUNNER.invoke(APP, ["gateway", "--subgraphs", str(file)])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{file}: the subgraphs do not compose:\n  ")
    assert "NO_QUERIES" in result.stderr


def test_a_port_in_use_is_said() -> None:
    """Most often it is the gateway that was started before."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refused("--supergraph", str(SUPERGRAPH), "--port", str(port)) == (
            f"Cannot listen on 127.0.0.1:{port}: Address already in use."
        )


@pytest.mark.parametrize("arguments", [[], ["--supergraph", "a", "--subgraphs", "b"]])
def test_exactly_one_source_is_needed(arguments: list[str]) -> None:
    assert refused(*arguments) == "Give either --supergraph FILE or --subgraphs FILE."
