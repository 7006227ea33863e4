"""A city's fixtures as values; what is wrong with them is told by the checker."""

from __future__ import annotations

from pathlib import Path

from channels.declared.fixtures import FixtureFile
from channels.text.documents import read_document, shown_path


def fixtures_of(folder: Path) -> tuple[FixtureFile, ...]:
    """Every fixture file that can be read, in order of its name."""
    files = sorted((folder / "fixtures").glob("*.yaml"))
    documents = (read_document(file, shown_path(file), FixtureFile) for file in files)
    return tuple(document.model for document in documents if document.model is not None)
