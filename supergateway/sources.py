"""From files to a graph, and to the addresses of its subgraphs."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from federation.compose import NotComposed, compose
from federation.failures import QueryPlanError
from federation.graph import Graph
from federation.subgraph import Source as Subgraph

_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)


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
    listed = _listed(path)
    given = [_given(each, f"{path}: item {number}", path.parent) for number, each in enumerate(listed, 1)]
    return source_of(_composed(given, path), str(path))


def check_addresses(source: Source) -> None:
    """A gateway asks every subgraph at its address.  Raises: SourceError: one has none that HTTP can use."""
    for name, url in source.urls.items():
        if not _is_address(url):
            raise SourceError(f"The subgraph “{name}” has no address: expected an http or https URL, found {url!r}.")


def _is_address(url: str) -> bool:
    try:
        return bool(_ADDRESS.fullmatch(url) and urlsplit(url).hostname and urlsplit(url).port != 0)
    except ValueError:  # a port that is none, half an IPv6 address
        return False


def source_of(text: str, origin: str) -> Source:
    """A supergraph text.  Raises: SourceError."""
    try:
        graph = Graph(text)
    except QueryPlanError as problem:
        raise SourceError(f"{origin}: {problem}") from None
    return Source(graph, {each.name: each.url for each in graph.subgraphs})


def _listed(path: Path) -> list[Any]:
    try:
        listed = json.loads(_text(path))
    except ValueError as problem:
        raise SourceError(f"{path} is no JSON: {problem}") from None
    if not isinstance(listed, list) or not listed:
        raise SourceError(f'{path} is no JSON list of {{"name", "url", "sdl"}}.')
    return listed


def _given(item: Any, where: str, folder: Path) -> tuple[str, str, str]:
    if not isinstance(item, dict):
        raise SourceError(f'{where} is no object with "name", "url" and "sdl".')
    for key in ("name", "url", "sdl", "file"):
        if not isinstance(item.get(key, ""), str):
            raise SourceError(f'{where}: "{key}" is no text.')
    if not item.get("name"):
        raise SourceError(f'{where} has no "name".')
    if not item.get("sdl") and not item.get("file"):
        raise SourceError(f'{where} ("{item["name"]}") has neither "sdl" nor "file".')
    return item["name"], item.get("url", ""), item.get("sdl") or _text(folder / item["file"])


def _composed(given: list[tuple[str, str, str]], path: Path) -> str:
    result = compose(Subgraph(name, sdl, url) for name, url, sdl in given)
    if isinstance(result, NotComposed):
        lines = "\n".join(f"  {error}" for error in result.errors)
        raise SourceError(f"{path}: the subgraphs do not compose:\n{lines}")
    return result.sdl


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as problem:
        raise SourceError(f"{path} cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise SourceError(f"{path} cannot be read: it is not UTF-8.") from None
