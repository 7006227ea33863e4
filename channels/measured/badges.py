"""The last conformance report of each city, as it is kept, and the badge that it still gives.

A report lies in ROAM_STATE/reports/<city>.json.  Its badge is about the files that were examined: it lapses, to NONE, when
they change, after BADGE_DAYS, and while the channel cannot be used.  No report is NONE.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from channels.deployment.snapshot import Channel
from channels.proofs.credentials import Clock
from schema.codes import Badge

FOLDER: Final = "reports"
BADGE_DAYS: Final = 30
NO_BADGE: Final = Badge.NONE.value


class Badges:
    """Reads reports as they change.  `state`: the gateway's folder; None: no reports are kept."""

    def __init__(self, state: Path | None, clock: Clock) -> None:
        self._folder, self._clock = state / FOLDER if state else None, clock
        self._read: dict[str, tuple[int, Mapping[str, Any]]] = {}

    def of(self, channel: Channel) -> str:
        """The badge that holds now, by name."""
        return badge_of(self.report(channel.slug), channel, self._clock())

    def report(self, slug: str) -> Mapping[str, Any] | None:
        """The last report, or None."""
        if self._folder is None:
            return None
        file = self._folder / f"{slug}.json"
        try:
            changed = file.stat().st_mtime_ns
            kept = self._read.get(slug)
            if kept is None or kept[0] != changed:
                kept = self._read[slug] = (changed, orjson.loads(file.read_bytes()))
        except (OSError, ValueError):
            return None
        return kept[1]


def badge_of(report: Mapping[str, Any] | None, channel: Channel, now: datetime) -> str:
    """The badge that a report gives a city as it is now."""
    if not isinstance(report, dict) or not channel.available or report.get("config") != channel.revision:
        return NO_BADGE
    try:
        fresh = timedelta(0) <= now - datetime.fromisoformat(report["at"]) <= timedelta(days=BADGE_DAYS)
        return Badge(report["badge"]).value if fresh else NO_BADGE
    except (KeyError, ValueError, TypeError):
        return NO_BADGE


def keep(state: Path, slug: str, report: Mapping[str, Any]) -> Path:
    """Keep a report; it appears whole or not at all.  Raises: OSError."""
    folder = state / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{slug}.json"
    half = folder / f".{slug}.{os.getpid()}.json"
    half.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    half.replace(file)
    return file
