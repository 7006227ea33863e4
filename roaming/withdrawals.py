"""Consents that were taken back, here or by another process over the same store, told to whoever must act on it.

Decisions never wait for this: they read the record itself. What waits is what was learnt under a consent before: cached pages,
and subscriptions that sleep between two looks.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from storage import Database, StorageError

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 0.2  # a withdrawal reaches every process within a second
CHUNK = 1_000
LAST = "SELECT coalesce(max(number), 0) AS number FROM consent_events"
SINCE = """
SELECT ended.number, ended.citizen, granted.body ->> '$.provider' AS provider
FROM consent_events AS ended JOIN consent_events AS granted ON granted.consent = ended.consent AND granted.kind = 'GRANTED'
WHERE ended.number > ? AND ended.kind <> 'GRANTED' ORDER BY ended.number LIMIT ?
"""

Purge = Callable[[str, str], Awaitable[object]]


class Withdrawals:
    """Whoever waits for a withdrawal of one citizen towards one city; `watch` tells those of other processes too."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[tuple[str, str], set[asyncio.Event]] = {}
        self._purge: Purge | None = None
        self.round = 0  # grows with every withdrawal that is known of here: what was read before may be out of date
        self.seen: int | None = None  # the number of the last event that was acted on

    async def catch_up(self, number: int) -> None:
        """Act now on everything up to the event of this number, where `watch` has not come to it yet."""
        if self._purge is not None and number > (self.seen or 0):
            await self._look(self._purge)

    def tell(self, citizen: str, provider: str) -> None:
        """Wake whoever waits for it."""
        self.round += 1
        for waiting in self._waiting.get((citizen, provider), ()):
            waiting.set()

    async def wait(self, citizen: str | None, provider: str, seconds: float) -> None:
        """Sleep for so long, or until the citizen takes a consent for that city back. Nobody just sleeps."""
        if citizen is None:
            await asyncio.sleep(seconds)
            return
        told = asyncio.Event()
        self._waiting.setdefault((citizen, provider), set()).add(told)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await told.wait()
        finally:
            self._waiting[citizen, provider].discard(told)
            if not self._waiting[citizen, provider]:
                del self._waiting[citizen, provider]

    async def watch(self, purge: Purge) -> None:
        """For ever: look what was taken back since the last look, forget its pages, wake who waits.

        While the store cannot be read nothing is lost: the next look goes on from the same place.
        """
        self._purge = purge
        while True:
            try:
                await self._look(purge)
            except StorageError as fault:
                log.warning("withdrawn consents cannot be read: %s", type(fault).__name__)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _look(self, purge: Purge) -> None:
        """One look, which ends at the last event known. The first one finds nothing to forget: nothing was kept yet."""
        seen, row = self.seen, await self._database.row(LAST)
        last = int(str(row["number"])) if row else 0
        if seen is None or last == seen:
            self.seen = last
            return
        ended = await self._database.rows(SINCE, (seen, CHUNK))
        for each in ended:
            citizen, provider = str(each["citizen"]), str(each["provider"])
            await purge(citizen, provider)
            self.tell(citizen, provider)
        self.seen = int(str(ended[-1]["number"])) if len(ended) == CHUNK else last
