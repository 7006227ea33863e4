"""The last good SDL of each city's subgraph, kept in a file: a city that is down at start costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SdlStore:
    """One `<city>.graphql` per city under `folder`, written whole or not at all."""

    folder: Path

    def load(self, city: str) -> str | None:
        """The SDL as it was last kept; None when there is none, or it cannot be read."""
        try:
            return (self.folder / f"{city}.graphql").read_text("utf-8")
        except (OSError, UnicodeError):
            return None

    def keep(self, city: str, sdl: str) -> None:
        """Keep a city's SDL. Raises: OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f".{city}.graphql.new"
        fresh.write_text(sdl, "utf-8")
        fresh.replace(self.folder / f"{city}.graphql")
