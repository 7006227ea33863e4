"""What the rules are given: one city's files, what is stored about it, and, in a live session, the city itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from channels.declared.fixtures import FixtureFile
from channels.deployment.snapshot import Channel, Snapshot
from channels.measured.drill import Drill
from channels.measured.metric_days import Soak
from channels.text.diagnostics import Diagnostic
from conformance.live import Live
from conformance.tour import Tour
from conformance.verdict import Verdict

LOAD_SECONDS = 20.0  # F04


@dataclass(frozen=True, slots=True)
class Session:
    """One city under examination.

    `channel`: as activated, without operations when its files have errors.  `diagnostics`: of its own folder and fixtures.
    `soak`: the gateway's metrics of the last days, None where nothing was kept.  `drill`: when the on-call number last
    answered, and by whom it is on record.  `load_seconds`: how long declared concurrency is held.  `alone`: held by whoever
    measures, so that cities examined side by side do not slow each other down.
    """

    slug: str
    folder: Path
    snapshot: Snapshot
    channel: Channel
    diagnostics: tuple[Diagnostic, ...]
    fixtures: tuple[FixtureFile, ...]
    now: datetime
    live: Live | None = None
    tour: Tour | None = None
    soak: Soak | None = None
    drill: Drill | None = None
    load_seconds: float = LOAD_SECONDS
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)

    def heard(self) -> tuple[Live, Tour]:
        """The live session.  Only live rules ask for it."""
        assert self.live is not None  # noqa: S101 - `judging` leaves a live rule out where there is none
        assert self.tour is not None  # noqa: S101 - as above
        return self.live, self.tour


RuleTest = Callable[[Session], Awaitable[Verdict]]
Family = Mapping[str, RuleTest]
