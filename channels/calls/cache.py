"""Pages kept for as long as a channel allows: aiocache's interface over one bounded memory.

Only whole successes are kept (nothing dropped).  A key holds everything that reaches the city: the stamp of its files, city,
operation, arguments, position, and the citizen or `public`; so no citizen is ever given another's rows.

A page has two ages.  For `ttl` it is fresh, and given instead of asking.  For `stale` beyond that it may stand in where the city
is asked and not able to answer.  Whatever else the city says takes its place, and a purge forgets it at either age.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from aiocache.base import BaseCache  # type: ignore[import-untyped]
from aiocache.serializers import NullSerializer  # type: ignore[import-untyped]
from cachebox import LRUCache

from channels.answer import Failure, Page
from channels.declared.models import Cache

DEFAULT_ENTRIES: Final = 4096
SWEEP_SECONDS: Final = 60.0  # personal rows past their time do not wait in memory for a place to be needed
Now = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Key:
    """Who asked what of whom, under which configuration.  `subject` None: anybody."""

    version: str
    city: str
    operation: str
    subject: str | None
    args: bytes
    position: str | int | None


@dataclass(frozen=True, slots=True)
class _Entry:
    value: Any
    until: float


class BoundedMemory(BaseCache):  # type: ignore[misc]
    """An aiocache backend with a fixed number of entries and a life for each.

    What was asked for longest ago goes first, not what ends first: a page that may stand in for a day would otherwise push out
    every page that is fresh for a minute.  `now` is in seconds.
    """

    NAME = "bounded"

    def __init__(self, now: Now, entries: int = DEFAULT_ENTRIES) -> None:
        # Rows are never changed in place and never leave the process: no serialiser, no timeout around a dict look-up.
        super().__init__(serializer=NullSerializer(), timeout=0, key_builder=lambda key, namespace: key)
        self._memory: LRUCache[Any, _Entry] = LRUCache(entries)
        self._now, self._swept = now, 0.0

    async def _get(self, key: Any, encoding: str | None = "utf-8", _conn: Any = None) -> Any:
        entry = self._memory.get(key, None)
        return entry.value if entry is not None and self._now() < entry.until else None

    async def _set(
        self, key: Any, value: Any, ttl: float | None = None, _cas_token: Any = None, _conn: Any = None
    ) -> bool:
        self._sweep()
        self._memory.insert(key, _Entry(value, self._now() + ttl if ttl is not None else float("inf")))
        return True

    async def _delete(self, key: Any, _conn: Any = None) -> int:
        return 0 if self._memory.pop(key, None) is None else 1

    async def _clear(self, namespace: str | None = None, _conn: Any = None) -> bool:
        self._memory.clear()
        return True

    def held(self) -> Iterator[Any]:
        """Every key held, expired ones too."""
        return iter(list(self._memory))

    def _sweep(self) -> None:
        if (now := self._now()) < self._swept + SWEEP_SECONDS:
            return
        self._swept = now
        for key in [key for key, entry in self._memory.items() if entry.until <= now]:
            self._memory.pop(key, None)


@dataclass(frozen=True, slots=True)
class _Kept:
    page: Page
    fresh_until: float


class PageCache:
    """The one cache of city pages.  Safe to share between snapshots: the stamp of the city's files is in the key.

    `now` is in seconds, of a clock that never goes back.
    """

    def __init__(self, now: Now, entries: int = DEFAULT_ENTRIES) -> None:
        self._now = now
        self._memory = BoundedMemory(now, entries)
        self._epoch = 0

    @property
    def epoch(self) -> int:
        """Grows with every purge; a page asked for before a purge is not kept after it."""
        return self._epoch

    async def get(self, key: Key) -> Page | None:
        """Return: the page while it is fresh, marked as from the cache, `as_of` its first answer's time."""
        kept = await self._memory.get(key)
        fresh = isinstance(kept, _Kept) and self._now() < kept.fresh_until
        return replace(kept.page, from_cache=True) if fresh else None

    async def stand_in(self, key: Key, why: Failure) -> Page | None:
        """Return: the page for a city that cannot answer, marked stale with `why`; as fresh where it came in meanwhile."""
        kept = await self._memory.get(key)
        if not isinstance(kept, _Kept):
            return None
        return replace(kept.page, from_cache=True, stale=None if self._now() < kept.fresh_until else why)

    async def put(self, key: Key, page: Page, rule: Cache, *, epoch: int) -> None:
        """Keep a whole success, unless something was purged since `epoch`."""
        fresh = rule.ttl.total_seconds()
        life = fresh + (rule.stale.total_seconds() if rule.stale else 0.0)
        if page.dropped == 0 and epoch == self._epoch and life > 0:
            await self._memory.set(key, _Kept(page, self._now() + fresh), ttl=life)

    async def forget(self, key: Key) -> None:
        """The city has said something else since."""
        await self._memory.delete(key)

    async def purge(self, subject: str, city: str | None = None) -> int:
        """Forget a citizen's pages, of one city or of all.  Return: how many."""
        self._epoch += 1
        mine = [key for key in self._memory.held() if key.subject == subject and city in (None, key.city)]
        for key in mine:
            await self._memory.delete(key)
        return len(mine)
