"""Where crossings are counted: in this process's memory, or in a Redis that every worker shares (`limits` storages).

The key of a crossing names its own day or minute, so that a window ends by the clock that is passed to whoever counts; the
storages' own clock only decides when an old key may be forgotten, which is never before its window has ended. In the Redis the
`used_proofs` are counted, too.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast
from urllib.parse import urlsplit

from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from channels.declared.gateway import QuotaStore
from channels.declared.secrets import Secrets

SWEEP_SECONDS = 60.0
REDIS_SECONDS = 1.0  # to connect, and to answer: a Redis that hangs must not hold up a request for long
ANSWER_SECONDS = 2.0  # of whoever counts, repetition included
PREFIX = "cityroam"

FAULTS = (TimeoutError, OSError, RedisError)  # of a Redis that is away, hangs, or has no room


class UnfitUrl(ValueError):
    """Not the URL of a Redis; the text does not quote it, for it may hold a password."""

    def __init__(self) -> None:
        super().__init__("the Redis of gateway.quotas needs a URL like redis://host:6379/0")


def redis_url(declared: QuotaStore, secrets: Secrets) -> str | None:
    """The address of the shared counts; None where they are in memory. Raises: MissingSecret, UnfitUrl."""
    if declared.store == "memory":
        return None
    url = secrets.reveal(declared.url) if declared.url else ""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise UnfitUrl
    return url


@asynccontextmanager
async def opened_counts(url: str | None) -> AsyncIterator[Storage]:
    """The counts at `url`, or in memory; closed at the end."""
    if url is None:
        yield Memory()
    else:
        async with redis_counts(url) as storage:
            yield storage


class Memory(MemoryStorage):
    """Counts of one process. Old keys are swept once a minute; the base class looks at every key at every count."""

    def __init__(self) -> None:
        super().__init__()
        self._swept = time.monotonic()

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count; no other task runs meanwhile."""
        self._sweep()
        count = await self.get(key) + amount
        if count == amount:
            self.expirations[key] = time.monotonic() + expiry
        self.storage[key] = count
        return count

    async def get(self, key: str) -> int:
        """The count; 0 where nothing was counted or it may be forgotten."""
        return self.storage[key] if self.expirations.get(key, 0) > time.monotonic() else 0

    def _sweep(self) -> None:
        now = time.monotonic()
        if now - self._swept < SWEEP_SECONDS:
            return
        self._swept = now
        for key in [key for key, ends in self.expirations.items() if ends <= now]:
            del self.expirations[key]
            self.storage.pop(key, None)


@asynccontextmanager
async def redis_counts(url: str) -> AsyncIterator[Storage]:
    """Counts in a Redis; nothing is asked of it yet."""
    # One repetition at once: a connection that a restarted Redis has forgotten is replaced, and nothing is waited for.
    options: dict[str, Any] = {
        "socket_timeout": REDIS_SECONDS,
        "socket_connect_timeout": REDIS_SECONDS,
        "retry": Retry(NoBackoff(), 1),
    }
    storage = RedisStorage(f"async+{url}", implementation="redispy", key_prefix=PREFIX, **options)
    try:
        yield storage
    finally:
        await cast("Any", storage.bridge).get_connection().aclose()
