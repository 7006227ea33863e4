"""What operators do to a city that serves: go back, hold a revision, stop, go on. Used by the `roam` command and the console alike.

Each is written down with who, when and why before it has any effect; running workers obey within a second. Nothing here looks
at the files of a city but for their revision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from channels.deployment.editions import Editions, revision_of
from channels.revisions.history import Action, act, served, standing_in
from storage import Database

HISTORY = "history"  # the folder under ROAM_STATE
LEAST_DIGITS = 4  # of a revision, as it may be shortened


class NotPossible(Exception):
    """Why it cannot be done, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Controls:
    """The store and the history of one deployment, and where its files are. Methods raise NotPossible and StorageError."""

    database: Database
    root: Path

    @property
    def editions(self) -> Editions:
        return Editions(self.database.path.parent / HISTORY)

    async def rollback(self, slug: str, to: str | None = None, *, by: str, reason: str, at: datetime) -> str:
        """Serve an earlier revision until the files change; the one before what is served, unless `to` names one.

        Returns: the revision.
        """
        revision = await self._chosen(slug, to) if to else await self._before(slug)
        await self._act(slug, "rollback", revision, reason, by, at)
        return revision

    async def pin(self, slug: str, to: str | None = None, *, by: str, reason: str, at: datetime) -> str:
        """Serve one revision, whatever the files say, until `unpin`; the one that is served now, unless `to` names one."""
        revision = await self._chosen(slug, to) if to else self._active(slug)
        await self._act(slug, "pin", revision, reason, by, at)
        return revision

    async def unpin(self, slug: str, *, by: str, reason: str, at: datetime) -> None:
        """Follow the files again; ends a rollback, too."""
        if slug not in standing_in(self.database.path).holds:
            raise NotPossible(f"{slug} 没有固定在某一版", f"{slug} is not held at any revision")
        await self._act(slug, "unpin", "", reason, by, at)

    async def pause(self, slug: str, *, by: str, reason: str, at: datetime) -> None:
        """Ask the city nothing until `resume`."""
        self._active(slug, any_revision=True)
        await self._act(slug, "pause", "", reason, by, at)

    async def resume(self, slug: str, *, by: str, reason: str, at: datetime) -> None:
        """Ask the city again."""
        if slug not in standing_in(self.database.path).pauses:
            raise NotPossible(
                f"{slug} 没有被暂停", f"{slug} is not paused here; a status in its files is changed there"
            )
        await self._act(slug, "resume", "", reason, by, at)

    async def _act(self, slug: str, action: Action, revision: str, reason: str, by: str, at: datetime) -> None:
        if not reason.strip():
            raise NotPossible("请写明原因", "a reason is needed")
        files = revision_of(self.root / slug)
        await act(self.database, slug, action, revision=revision, files=files, reason=reason.strip(), who=by, at=at)

    def _active(self, slug: str, *, any_revision: bool = False) -> str:
        """The revision that is served."""
        found = standing_in(self.database.path).active
        if slug not in found or "." in slug:
            cities = ", ".join(name for name in found if "." not in name) or "-"
            raise NotPossible(f"没有城市 {slug};有:{cities}", f"no city {slug}; there are {cities}")
        if not found[slug].revision and not any_revision:
            raise NotPossible(f"{slug} 还没有可用的版本", f"{slug} has no revision that was ever good")
        return found[slug].revision

    async def _before(self, slug: str) -> str:
        """The revision that was served before the one that is served."""
        active = self._active(slug)
        known = await self._kept(slug)
        earlier = known[: known.index(active)] if active in known else known
        if not earlier:
            raise NotPossible(f"{slug} 没有更早的版本", f"{slug} has no earlier revision")
        return earlier[-1]

    async def _chosen(self, slug: str, to: str) -> str:
        """The revision that `to` begins."""
        self._active(slug, any_revision=True)
        known = await self._kept(slug)
        found = [revision for revision in known if revision.startswith(to)] if len(to) >= LEAST_DIGITS else []
        if len(found) != 1:
            kept = ", ".join(reversed(known)) or "-"
            raise NotPossible(f"{slug} 没有版本 {to};有:{kept}", f"{slug} has no revision {to}; there are {kept}")
        return found[0]

    async def _kept(self, slug: str) -> Sequence[str]:
        """The revisions that can be served, the latest last."""
        return [each for each in await served(self.database, slug) if self.editions.city(slug, each)]
