"""The drill: somebody rang the on-call number of a city, and it was answered.  Kept with its date and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from channels.measured.badges import FOLDER

SUFFIX: Final = ".drill.json"


@dataclass(frozen=True, slots=True)
class Drill:
    """The number answered then; `by`: who says so."""

    at: datetime
    by: str


def last_drill(state: Path, slug: str) -> Drill | None:
    """The last drill of a city; None: no record that can be read."""
    try:
        kept = orjson.loads((state / FOLDER / f"{slug}{SUFFIX}").read_bytes())
        return Drill(datetime.fromisoformat(kept["at"]), str(kept["by"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_drill(state: Path, slug: str, *, at: datetime, by: str) -> None:
    """Keep that the number answered.  Raises: OSError."""
    folder = state / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{slug}{SUFFIX}").write_bytes(orjson.dumps({"at": at.isoformat(), "by": by}))
