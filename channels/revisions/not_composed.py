"""What a city adds to the graph and does not go with the rest as it is served, told at its place in `contribute.graphql`.

What the files alone show, the checks have told before (`channels.checks.composed`): this is for what the cities' own subgraphs
bring, and only the running gateway knows.
"""

from __future__ import annotations

from pathlib import Path

from channels.checks.blamed import not_composing
from channels.deployment.folder import CHANNEL, CONTRIBUTION
from channels.text.diagnostics import Diagnostic
from channels.text.documents import read_bytes, shown_path
from channels.text.lines import SourceText, decode


def not_composed(folder: Path, problem: str) -> tuple[Diagnostic, SourceText]:
    """The finding about one city's folder, and the text that it points into."""
    file = next((file for name in (CONTRIBUTION, CHANNEL) if (file := folder / name).is_file()), folder)
    shown = shown_path(file)
    source, _ = decode(shown, read_bytes(file, shown)[0])
    return not_composing(folder.name, source, problem), source
