"""Seeing that files have changed: told at once by the operating system, and looked at again now and then all the same.

Editors write a file beside and put it in the place of the old one, and copy folders file by file; so what changed is not
believed but looked at, and is told only when it has stood still.  A fingerprint of names, sizes and times decides, never an event.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from watchfiles import awatch

LOOK_MS: Final = 2_000  # where no events come from, such as a network drive, this is what is left
STILL_SECONDS: Final = 0.1
DEBOUNCE_MS: Final = 100
PATIENCE: Final = 20  # looks at files that never stand still, before they are taken as they are
log = logging.getLogger(__name__)

Fingerprint: TypeAlias = tuple[tuple[str, int, int, int], ...]
Folders: TypeAlias = Callable[[], Sequence[Path]]
"""Where to look; asked anew at each look, for a file that has changed may name other folders."""


def fingerprint(folders: Sequence[Path]) -> Fingerprint:
    """What files there are and when each was last written: every file of a folder and of the folders in it."""
    found: list[tuple[str, int, int, int]] = []
    for folder in folders:
        for path in sorted([*folder.glob("*"), *folder.glob("*/*")]):
            if path.name.startswith(".") or path.parent.name.startswith("."):
                continue
            try:
                told = path.stat()
            except OSError:  # gone since it was listed
                continue
            if path.is_file():
                found.append((str(path), told.st_mtime_ns, told.st_size, told.st_ino))
    return tuple(found)


async def changes(folders: Folders, before: Fingerprint) -> AsyncIterator[Fingerprint]:
    """Yield: each state of the files other than the one before, once it has stood still.  Ends only when cancelled."""
    async for _ in ticks(folders):
        now = await asyncio.to_thread(fingerprint, folders())
        if now != before:
            before = await still(folders, now)
            yield before


async def ticks(folders: Folders) -> AsyncIterator[None]:
    """Yield whenever it is worth a look; where the system cannot watch (no watches left, a folder gone), now and then."""
    while True:
        watched = [folder for folder in folders() if folder.is_dir()]
        try:
            async for _ in awatch(*watched, debounce=DEBOUNCE_MS, step=50, rust_timeout=LOOK_MS, yield_on_timeout=True):
                yield
        except (OSError, RuntimeError) as fault:
            log.warning("files cannot be watched, they are looked at every %s ms: %s", LOOK_MS, fault)
        await asyncio.sleep(LOOK_MS / 1_000)
        yield


async def still(folders: Folders, now: Fingerprint) -> Fingerprint:
    """The state of the files once two looks in a row see the same."""
    for _ in range(PATIENCE):
        await asyncio.sleep(STILL_SECONDS)
        again = await asyncio.to_thread(fingerprint, folders())
        if again == now:
            return now
        now = again
    return now


__all__ = ["Fingerprint", "Folders", "changes", "fingerprint"]
