"""Entries that share commits: whatever arrives while one commit is under way goes with the next.

A commit to the disk costs milliseconds, an entry in it microseconds; so many callers who each wait for durability get it
thousands of times a second. Entries keep their order, and one that could not be written stays first in line for the next try.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Generic, Self, TypeVar

from storage.errors import StorageBusy, StorageError

T = TypeVar("T")
MOST_AT_ONCE = 2_000  # entries of one commit: what a crash may leave to be replayed, and how long the others wait
MOST_WAITING = 100_000
RETRY_SECONDS = 0.5
Commit = Callable[[Sequence[T]], None]


class GroupCommit(Generic[T]):
    """Made by `opened`. `commit` runs in a thread of its own, once at a time; given nothing, it tries whether writing is possible.

    `rest_seconds`: how long an entry that nobody waits for may stay in memory. `fault`: why the last commit failed; None
    since one succeeded.
    """

    def __init__(self, commit: Commit[T], *, rest_seconds: float) -> None:
        self._commit, self._rest = commit, rest_seconds
        self._entries: list[tuple[T | None, asyncio.Future[None] | None]] = []
        self._due = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._closing = False
        self.fault: StorageError | None = None

    @classmethod
    @asynccontextmanager
    async def opened(cls, commit: Commit[T], *, rest_seconds: float) -> AsyncIterator[Self]:
        """Leaving the block writes what still waits. `waiting` is then what could not be written."""
        group = cls(commit, rest_seconds=rest_seconds)
        with ThreadPoolExecutor(1, "group-commit") as thread:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(group._run(thread))
                try:
                    yield group
                finally:
                    group._closing = True
                    group._due.set()

    @property
    def waiting(self) -> int:
        """How many entries are not yet durable."""
        return sum(entry is not None for entry, _ in self._entries)

    def note(self, entry: T) -> None:
        """Queue; durable within the rest, if the disk lets it. Raises StorageBusy: too many wait already."""
        self._admit(entry, None)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._rest, self._due.set)

    async def append(self, entry: T) -> None:
        """Return when durable. Raises StorageError: not yet; the entry stays in the queue and is tried again."""
        await self._told(entry)

    async def flush(self) -> None:
        """Return when everything queued before is durable, or writing was tried and is possible. Raises StorageError."""
        await self._told(None)

    async def _told(self, entry: T | None) -> None:
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._admit(entry, told)
        self._due.set()
        await told

    def _admit(self, entry: T | None, told: asyncio.Future[None] | None) -> None:
        if self._closing or len(self._entries) >= MOST_WAITING:
            raise self.fault or StorageBusy(f"{len(self._entries)} entries wait to be written already")
        self._entries.append((entry, told))

    async def _run(self, thread: ThreadPoolExecutor) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            self._disarm()
            while self._entries and await self._written(thread):
                pass
            if self._closing:
                return
            if self._entries:
                self._timer = asyncio.get_running_loop().call_later(RETRY_SECONDS, self._due.set)

    async def _written(self, thread: ThreadPoolExecutor) -> bool:
        """Commit the first entries in line. Returns: whether that was possible; if not, they stay without their waiters."""
        group = self._entries[:MOST_AT_ONCE]
        entries = [entry for entry, _ in group if entry is not None]
        try:
            await asyncio.get_running_loop().run_in_executor(thread, self._commit, entries)
        except StorageError as fault:
            self.fault = fault
            self._entries[: len(group)] = [(entry, None) for entry in entries]
            _tell(group, fault)
            return False
        self.fault = None
        del self._entries[: len(group)]
        _tell(group, None)
        return True

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _tell(group: Sequence[tuple[T | None, asyncio.Future[None] | None]], fault: StorageError | None) -> None:
    for _, told in group:
        if told is None or told.done():  # its caller was cancelled; the entry counts all the same
            continue
        if fault is None:
            told.set_result(None)
        else:
            told.set_exception(fault)
