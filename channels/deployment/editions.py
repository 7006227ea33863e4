"""The files of cities, and the gateway's own, as they were when they were good: kept under ROAM_STATE/history by their digest.

    history/cities/leshan/3f0c91d2ab/leshan/channel.yaml …      the folder bears the city's name, as the room wants it
    history/files/services.yaml/91ab0c33d1/services.yaml

An edition appears whole or not at all, and is never changed.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

SUFFIXES: Final = frozenset({".yaml", ".yml", ".graphql", ".graphqls", ".csv"})
DIGITS: Final = 10


def files_of(folder: Path) -> list[Path]:
    """What of a city's folder decides: the files that a channel is made of.  Editors' own files begin with a dot."""
    if not folder.is_dir():
        return []
    return sorted(f for f in folder.iterdir() if f.suffix in SUFFIXES and not f.name.startswith(".") and f.is_file())


def revision_of(folder: Path) -> str:
    """The short digest of a city's files: ten hexadecimal digits; empty where there is no folder."""
    digest, files = hashlib.sha256(), files_of(folder)
    for file in files:
        digest.update(file.name.encode() + b"\0" + _read(file) + b"\0")
    return digest.hexdigest()[:DIGITS] if folder.is_dir() else ""


def digest_of(file: Path) -> str:
    """The same of one file."""
    return hashlib.sha256(_read(file)).hexdigest()[:DIGITS] if file.is_file() else ""


@dataclass(frozen=True, slots=True)
class Editions:
    """The history's folder.  `keep_*` raise OSError: a disk that is full costs the history, not the service."""

    root: Path

    def city(self, slug: str, revision: str) -> Path | None:
        """A city's folder as it was; None where it is not kept."""
        folder = self.root / "cities" / slug / revision / slug
        return folder if revision and folder.is_dir() else None

    def file(self, name: str, digest: str) -> Path | None:
        """One of the gateway's own files as it was; None where it is not kept."""
        file = self.root / "files" / name / digest / Path(name).name
        return file if digest and file.is_file() else None

    def keep_city(self, folder: Path, revision: str) -> None:
        """Keep a city's folder, unless it has changed since `revision` was told or is kept already."""
        if self.city(folder.name, revision) is not None:
            return
        with _appearing(self.root / "cities" / folder.name / revision) as place:
            copy = place / folder.name
            copy.mkdir()
            for file in files_of(folder):
                (copy / file.name).write_bytes(_read(file))
            if revision_of(copy) != revision:
                raise OSError(f"{folder}: it was changed while it was read")

    def keep_file(self, file: Path, name: str, digest: str) -> None:
        """Keep one of the gateway's own files likewise."""
        if self.file(name, digest) is not None:
            return
        with _appearing(self.root / "files" / name / digest) as place:
            (place / file.name).write_bytes(_read(file))
            if digest_of(place / file.name) != digest:
                raise OSError(f"{file}: it was changed while it was read")

    def revisions(self, slug: str) -> tuple[str, ...]:
        """What is kept of a city, the oldest first."""
        folder = self.root / "cities" / slug
        whole = [path for path in folder.iterdir() if _whole(path)] if folder.is_dir() else []
        return tuple(path.name for path in sorted(whole, key=lambda path: (path.stat().st_mtime_ns, path.name)))

    def trim(self, slug: str, most: int, wanted: Collection[str]) -> None:
        """Keep the latest `most` editions of a city, and those that are wanted."""
        for revision in self.revisions(slug)[:-most]:
            if revision not in wanted:
                shutil.rmtree(self.root / "cities" / slug / revision, ignore_errors=True)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:  # an editor's temporary file, gone since the folder was listed
        return b""


def _whole(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".")


class _appearing:  # noqa: N801 - used as a statement
    """A folder that gets its name when the block ends well.  Two processes may do the same: the first one's stays."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._draft = place.with_name(f".{place.name}.{uuid4().hex}")

    def __enter__(self) -> Path:
        self._draft.mkdir(parents=True, mode=0o700)
        return self._draft

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None and not self._place.exists():
            try:
                self._draft.rename(self._place)
            except OSError:
                if not self._place.is_dir():
                    raise
        shutil.rmtree(self._draft, ignore_errors=True)


__all__ = ["Editions", "digest_of", "files_of", "revision_of"]
