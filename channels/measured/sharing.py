"""How the processes over one store know each other's figures: each tells its own now and then, and reads the others' when asked.

1. Every EVERY_SECONDS a process takes its own figures. They are written where they changed, and otherwise every BEAT_SECONDS,
   so that others know it is there: one transaction, beside the requests, in the store of the metrics, where no citizen's write
   waits for it.
2. The others' are read when somebody looks, without waiting for whoever writes.
3. A store that is locked or fails costs the others' figures, and that is said (`Figures.alone`); one's own come from memory.
   A process that cannot tell the others is alone, too: what it could still read grows old at the same time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Final, Self
from uuid import uuid4

from channels.measured.figures import Figures
from channels.measured.summaries import ALL, fresh, left, told
from channels.measured.summary import NoSummary, Summary
from channels.proofs.credentials import Clock
from storage import Database, StorageError, Watched

EVERY_SECONDS: Final = 2.0
BEAT_SECONDS: Final = 4.0  # thrice within FRESH_SECONDS, so that one late turn is no end
log = logging.getLogger(__name__)


class Sharing:
    """One process's part in it.  `own`: takes the figures of now."""

    def __init__(
        self, database: Database | None, watched: Watched | None, own: Callable[[], Awaitable[Summary]], clock: Clock
    ) -> None:
        self._database, self._watched, self._own, self._clock = database, watched, own, clock
        self._process = uuid4().hex
        self._written = ""
        self._at: datetime | None = None
        self._fault = database is None
        self._unread = False

    @classmethod
    @contextmanager
    def opened(cls, database: Database | None, own: Callable[[], Awaitable[Summary]], clock: Clock) -> Iterator[Self]:
        """Over the store of the metrics; None: it could not be opened."""
        with ExitStack() as stack:
            watched = None
            try:
                watched = stack.enter_context(Watched(database.path)) if database else None
            except StorageError as error:
                log.warning("the figures of the other processes cannot be had: %s", error)
            yield cls(database, watched, own, clock)

    async def run(self) -> None:
        """Tell the others until cancelled; then they need not wait until the row is old."""
        try:
            while self._database is not None:
                await self.tell()
                await asyncio.sleep(EVERY_SECONDS)
        finally:
            await self.leave()

    async def tell(self) -> None:
        """Write what changed since the last time, or that one is still there."""
        if self._database is None:
            return
        text, at = (await self._own()).text(), self._clock()
        changed = text != self._written
        if not (changed or self._fault or self._due(at)):
            return
        try:
            await told(self._database, self._process, text, at, changed=changed)
        except StorageError as error:
            if not self._fault:
                log.warning("the figures of this process are not shared: %s", error)
            self._fault = True
            return
        self._written, self._at, self._fault = text, at, False

    def _due(self, at: datetime) -> bool:
        """Whether the others must hear again that one is there."""
        return self._at is None or abs((at - self._at).total_seconds()) >= BEAT_SECONDS

    async def leave(self) -> None:
        """Take one's own figures away, where that is possible; else they grow old."""
        if self._database is None or self._fault:
            return
        try:
            await left(self._database, self._process)
        except StorageError as error:
            log.warning("the figures of this process stay until they are old: %s", error)

    async def figures(self) -> Figures:
        """One's own and the others', as they are now."""
        own = await self._own()
        if self._fault or self._watched is None:
            return Figures((own,), alone=True)
        try:
            rows, at = self._watched.rows(ALL), self._clock()
            others = await asyncio.to_thread(fresh, rows, self._process, at)  # of many cities it takes a while
        except (StorageError, NoSummary) as error:
            if not self._unread:
                log.warning("the figures of the other processes cannot be had: %s", error)
            self._unread = True
            return Figures((own,), alone=True)
        self._unread = False
        return Figures((own, *others))


__all__ = ["Sharing"]
