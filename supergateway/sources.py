"""From files to a graph, and to the addresses of its subgraphs."""

import json
from dataclasses import dataclass
from pathlib import Path

from federation.compose import NotComposed, compose
from federation.failures import QueryPlanError
from federation.graph import Graph
from federation.subgraph import Source as Subgraph


class SourceError(Exception):
    """A file that makes no graph; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Source:
    """A graph and where its subgraphs are."""

    graph: Graph
    urls: dict[str, str]
    """By subgraph name."""


def load_supergraph(path: Path) -> Source:
    """A composed supergraph file.  Raises: SourceError."""
    return source_of(_text(path), str(path))


def load_subgraphs(path: Path) -> Source:
    """A JSON file of `[{"name", "url", "sdl"}]`, composed here; `file` may stand for `sdl`.  Raises: SourceError."""
    try:
        listed = json.loads(_text(path))
        given = [
            (each["name"], each.get("url", ""), each.get("sdl") or _text(path.parent / each["file"])) for each in listed
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SourceError(f'{path} is no JSON list of {{"name", "url", "sdl"}}.') from None
    return source_of(_composed(given), str(path))


def source_of(text: str, origin: str) -> Source:
    """A supergraph text.  Raises: SourceError."""
    try:
        graph = Graph(text)
    except QueryPlanError as problem:
        raise SourceError(f"{origin}: {problem}") from None
    return Source(graph, {each.name: each.url for each in graph.subgraphs})


def _composed(given: list[tuple[str, str, str]]) -> str:
    result = compose(Subgraph(name, sdl, url) for name, url, sdl in given)
    if isinstance(result, NotComposed):
        lines = "\n".join(f"  {error}" for error in result.errors)
        raise SourceError(f"The subgraphs do not compose:\n{lines}")
    return result.sdl


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise SourceError(f"{path} cannot be read: {problem}") from None
