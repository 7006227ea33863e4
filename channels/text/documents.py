"""One file of the operators' room: read, decoded, parsed, validated."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from channels.text.diagnostics import Diagnostic, Place, nearest, report
from channels.text.hollow import hollow, without_hollow
from channels.text.lines import SourceText, decode
from channels.text.misplaced import misplaced
from channels.text.positions import Node, parse
from channels.text.validation import read_as_meant

M = TypeVar("M", bound=BaseModel)

_ALMOST = (".yaml", ".yml", ".json", ".txt")  # the last is what Notepad adds
MOST_BYTES = 8_000_000  # the largest list of services known has 411 rows in 50 kB


@dataclass(frozen=True, slots=True)
class Document(Generic[M]):
    """A file and all that is wrong with it.  `model`: None when it could not be made."""

    raw: bytes
    source: SourceText
    node: Node | None
    model: M | None
    found: tuple[Diagnostic, ...]

    @property
    def path(self) -> str:
        return self.source.path


def read_bytes(file: Path, shown: str) -> tuple[bytes, list[Diagnostic]]:
    """The bytes of a file, or the reason why there are none."""
    try:
        # What is no ordinary file (a folder, a pipe, a device) may never end.
        if not stat.S_ISREG(kind := file.stat().st_mode):
            reason = (
                {"zh": "是文件夹", "en": "a folder"}
                if stat.S_ISDIR(kind)
                else {"zh": "不是普通文件", "en": "not an ordinary file"}
            )
            return b"", [report("unreadable", Place(shown, 1, 1), file=shown, reason=reason)]
        if (size := file.stat().st_size) > MOST_BYTES:
            sizes = {"size": size // 1_000_000, "most": MOST_BYTES // 1_000_000}
            return b"", [report("too_large", Place(shown, 1, 1), file=shown, **sizes)]
        return file.read_bytes(), []
    except FileNotFoundError:
        return b"", [report("missing_file", Place(shown, 1, 1), file=shown, hint=beside(file.parent, file.name))]
    except (OSError, ValueError) as error:
        return b"", [
            report("unreadable", Place(shown, 1, 1), file=shown, reason=getattr(error, "strerror", None) or "?")
        ]


def read_node(file: Path, shown: str) -> Document[BaseModel]:
    """A file parsed but not yet given to a model."""
    raw, found = read_bytes(file, shown)
    if found:
        return Document(raw, SourceText.of(shown, ""), None, None, tuple(found))
    source, found = decode(shown, raw)
    if found:
        return Document(raw, source, None, None, tuple(found))
    node, found = parse(source)
    return Document(raw, source, node, None, tuple(found))


def read_document(file: Path, shown: str, model: type[M]) -> Document[M]:
    """A file as a model."""
    document = read_node(file, shown)
    read = _as_model(model, document)
    bare = replace(document, found=())
    meant = misplaced(document.source, read.found, lambda node: _as_model(model, replace(bare, node=node)).found)
    return read if meant is None else _as_model(model, replace(bare, node=meant.node, found=(meant.found,)))


def _as_model(model: type[M], document: Document[BaseModel]) -> Document[M]:
    node, made, found = document.node, None, list[Diagnostic]()
    if document.node is not None:
        node, made, found = read_as_meant(model, document.node)
        found = [*without_hollow(document.node, found), *hollow(document.node, found)]
    return Document(document.raw, document.source, node, made, (*document.found, *found))


def shown_path(file: Path) -> str:
    """A file's path as people would type it: relative to here where it lies below here."""
    absolute = file.absolute()
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(file)


def misnamed(folder: Path) -> list[Diagnostic]:
    """Files that were meant to be read and bear another ending: a folder of YAML is read by its `.yaml`."""
    files = sorted(file for file in folder.glob("*") if file.is_file() and file.suffix.lower() in _ALMOST)
    return [
        report(
            "stray_file",
            Place(shown_path(file), 1, 1),
            found=file.name,
            right=f"{file.name.split('.yam')[0].removesuffix(file.suffix)}.yaml",
        )
        for file in files
        if file.suffix != ".yaml" and not file.name.startswith(".")
    ]


def beside(folder: Path, name: str) -> dict[str, str] | str:
    """Which file may have been meant."""
    meant = nearest(name, [file.name for file in folder.iterdir() if file.is_file()]) if folder.is_dir() else None
    return {"zh": f"是不是 `{meant}`?", "en": f"did you mean `{meant}`?"} if meant else ""


NOT_THEIRS = (".", "channel.")
"""How names begin that are nobody's, or an overlay's, of which `room` knows what they may be called."""


def misspelt(folder: Path, known: Sequence[str]) -> list[Diagnostic]:
    """Files and folders whose name is nearly one that would be read and is not there."""
    absent = [name for name in known if not (folder / name).exists()]
    found = sorted(path for path in folder.glob("*") if path.name not in known and not path.name.startswith(NOT_THEIRS))
    return [
        report("stray_file", Place(shown_path(path), 1, 1), found=path.name, right=meant)
        for path in found
        if (meant := nearest(path.name, absent)) is not None
    ]
