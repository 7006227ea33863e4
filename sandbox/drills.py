"""The sandbox's on-call numbers are made up, and so is whoever rings them: a drill of each city, on record from the start.

Rule G02 of the conformance kit then has something to look at; a drill that is on record already is left alone until it is old.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

BY = "sandbox"
FRESH_SECONDS = 30 * 86_400


def seed(state: Path, slugs: Iterable[str]) -> None:
    """Put a drill of each city on record where there is none of the last days.  Raises OSError."""
    wanted = [slug for slug in slugs if _old(state / "reports" / f"{slug}.drill.json")]
    if not wanted:
        return
    from channels.measured.drill import keep_drill  # needs the graph's codes, which are slow to import

    for slug in wanted:
        keep_drill(state, slug, at=datetime.now(UTC), by=BY)


def _old(file: Path) -> bool:
    return not file.is_file() or time.time() - file.stat().st_mtime > FRESH_SECONDS
