"""Pages kept for as long as a channel allows: aiocache's interface over one bounded memory.

Only whole successes are kept (nothing dropped).  A key holds everything that reaches the city: the stamp of its files, city,
operation, arguments, position, and the citizen or `public`; so no citizen is ever given another's rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from aiocache.base import BaseCache  # type: ignore[import-untyped]
from aiocache.serializers import NullSerializer  # type: ignore[import-untyped]
from cachebox import VTTLCache

from channels.answer import Page

DEFAULT_ENTRIES: Final = 4096


@dataclass(frozen=True, slots=True)
class Key:
    """Who asked what of whom, under which configuration.  `subject` None: anybody."""

    version: str
    city: str
    operation: str
    subject: str | None
    args: bytes
    position: str | int | None


class BoundedMemory(BaseCache):  # type: ignore[misc]
    """An aiocache backend with a fixed number of entries and a life for each."""

    NAME = "bounded"

    def __init__(self, entries: int = DEFAULT_ENTRIES) -> None:
        # Rows are never changed in place and never leave the process: no serialiser, no timeout around a dict look-up.
        super().__init__(serializer=NullSerializer(), timeout=0, key_builder=lambda key, namespace: key)
        self._memory: VTTLCache[Any, Any] = VTTLCache(entries)

    async def _get(self, key: Any, encoding: str | None = "utf-8", _conn: Any = None) -> Any:
        return self._memory.get(key)

    async def _set(
        self, key: Any, value: Any, ttl: float | None = None, _cas_token: Any = None, _conn: Any = None
    ) -> bool:
        self._memory.insert(key, value, ttl)
        return True

    async def _delete(self, key: Any, _conn: Any = None) -> int:
        return 0 if self._memory.pop(key, None) is None else 1

    async def _clear(self, namespace: str | None = None, _conn: Any = None) -> bool:
        self._memory.clear()
        return True

    def held(self) -> Iterator[Any]:
        """Every key held, expired ones too."""
        return iter(list(self._memory))


class PageCache:
    """The one cache of city pages.  Safe to share between snapshots: the stamp of the city's files is in the key."""

    def __init__(self, entries: int = DEFAULT_ENTRIES) -> None:
        self._memory = BoundedMemory(entries)
        self._epoch = 0

    @property
    def epoch(self) -> int:
        """Grows with every purge; a page asked for before a purge is not kept after it."""
        return self._epoch

    async def get(self, key: Key) -> Page | None:
        """Return: the page as it was stored, marked as from the cache, `as_of` its first answer's time."""
        page = await self._memory.get(key)
        return replace(page, from_cache=True) if isinstance(page, Page) else None

    async def put(self, key: Key, page: Page, ttl_seconds: float, *, epoch: int) -> None:
        """Keep a whole success, unless something was purged since `epoch`."""
        if page.dropped == 0 and epoch == self._epoch and ttl_seconds > 0:
            await self._memory.set(key, page, ttl=ttl_seconds)

    async def purge(self, subject: str, city: str | None = None) -> int:
        """Forget a citizen's pages, of one city or of all.  Return: how many."""
        self._epoch += 1
        mine = [key for key in self._memory.held() if key.subject == subject and city in (None, key.city)]
        for key in mine:
            await self._memory.delete(key)
        return len(mine)
