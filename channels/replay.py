"""Fixtures: files whose recorded answers must become the rows they expect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .diagnostics import Diagnostic, report
from .documents import read_document, shown_path
from .fixtures import FixtureFile
from .lines import SourceText
from .positions import Node, key_place, value_place

if TYPE_CHECKING:
    from .snapshot import Channel


def check_fixtures(folder: Path, channel: Channel | None) -> tuple[list[Diagnostic], list[SourceText]]:
    """Return: what is wrong with a city's fixtures, and the texts to show it in."""
    found: list[Diagnostic] = []
    sources: list[SourceText] = []
    for file in sorted((folder / "fixtures").glob("*.yaml")):
        document = read_document(file, shown_path(file), FixtureFile)
        sources.append(document.source)
        found += document.found
        if document.model is not None and document.node is not None:
            found += _check(document.model, document.node, channel)
    return found, sources


def _check(fixture: FixtureFile, node: Node, channel: Channel | None) -> Iterator[Diagnostic]:
    for index, case in enumerate(fixture.cases):
        response = case.response
        bodies = sum(body is not None for body in (response.json_body, response.text, response.base64))
        if bodies != 1:
            yield report("fixture_body", key_place(node, ("cases", index, "response")))
    if channel is None or not channel.available:
        return
    known = tuple(channel.operations)
    name = fixture.operation
    if name not in known:
        place = value_place(node, ("operation",))
        yield report("fixture_operation", place, found=name, near=name, choices=known)


