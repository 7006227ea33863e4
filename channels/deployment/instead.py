"""What is read in place of what stands in the operators' room: earlier files of cities and of the gateway itself.

This is how an edit that does not hold leaves the rest as it was: the same reading, checking and compiling goes over the room
with one folder, or one file, from the history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

AGREEMENTS = "agreements/"


@dataclass(frozen=True, slots=True)
class Instead:
    """`cities`: folders by slug.  `files`: by their name below the root (`services.yaml`, `agreements/x.yaml`).

    `without`: slugs of folders that are not looked at.
    """

    cities: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))
    files: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))
    without: frozenset[str] = frozenset()

    def file(self, root: Path, name: str) -> Path:
        """Where one of the gateway's own files is read."""
        return self.files.get(name, root / name)

    def agreements(self, standing: Iterable[str]) -> list[str]:
        """The names of all agreements' files, below the root, in order."""
        held = (name for name in self.files if name.startswith(AGREEMENTS))
        return sorted({*(f"{AGREEMENTS}{name}" for name in standing), *held})

    def folders(self, root: Path) -> list[Path]:
        """Every folder that may be a city's, in the order of names."""
        standing = {path.name: path for path in root.iterdir() if path.is_dir()} if root.is_dir() else {}
        found = {**standing, **self.cities}
        return [found[name] for name in sorted(found) if name not in self.without]

    def adding(self, cities: Mapping[str, Path], files: Mapping[str, Path], without: Iterable[str] = ()) -> Instead:
        """The same with more put back or left out."""
        return replace(
            self,
            cities=MappingProxyType({**self.cities, **cities}),
            files=MappingProxyType({**self.files, **files}),
            without=self.without.union(without),
        )


NOTHING = Instead()

__all__ = ["NOTHING", "Instead"]
