"""The task that keeps the gateway on the files as they are: build, check, swap, and let the old generation go.

It wakes when files change, and within a second when an operator has acted, in whatever process. A generation is made in a
thread, recorded, and put to use by one assignment; requests under way finish on theirs, and the old lines close after them.
"""

import asyncio
import gc
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import structlog

from channels.calls.connections import Connections
from channels.deployment.snapshot import Channel
from channels.revisions.candidate import Candidate, Ground
from channels.revisions.charged import is_file
from channels.revisions.history import Standing, activated, last_action, mended, numbered, rejected
from channels.revisions.watching import Fingerprint, changes
from resolvers.context import Services
from resolvers.serving.activation import Made, digest_of, made, short_turns
from resolvers.serving.federating import Federating
from resolvers.serving.rollouts import openings
from storage import Database, StorageError

LOOK_EVERY_SECONDS = 0.4
AFTERWARDS_SECONDS = 2.0  # beyond its budget a request needs no city any more

log = structlog.get_logger("reloading")


@dataclass(slots=True)
class Reloading:
    """`services`: those of now. `put`: use others from now on. `seen`: the files as they were when the gateway read them.

    `bare`: the channels as their files have them. `acted`: the number of the last action that it began with. `settle`: called
    when new graphs have been made.
    """

    ground: Ground
    database: Database
    federating: Federating
    services: Callable[[], Services]
    put: Callable[[Services], None]
    seen: Fingerprint
    bare: Mapping[str, Channel]
    acted: int
    settle: Callable[[], None] = gc.freeze
    told: dict[str, str] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Reload until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.watch_files())
            group.create_task(self.watch_actions())
            while True:
                await self.wake.wait()
                self.wake.clear()
                try:
                    old = await self.reload()
                except Exception as fault:  # noqa: BLE001  whatever it was, what is served goes on
                    log.error("reload_failed", reason=f"{type(fault).__name__}: {fault}"[:2_000])
                    continue
                if old is not None:
                    group.create_task(self.let_go(old))

    async def watch_files(self) -> None:
        """Wake at each change below the root, among the machine's overlays, or of a secret."""
        async for _ in changes(self.watched, self.seen):
            self.wake.set()

    def watched(self) -> tuple[Path, ...]:
        """The folders of now; `roam.yaml` may have come to name others."""
        return (*self.ground.watched, *self.services().snapshot.settings.gateway.secret_folders)

    async def watch_actions(self) -> None:
        """Wake when an operator has acted."""
        while True:
            try:
                last = await last_action(self.database)
            except StorageError as fault:
                log.error("actions_not_read", reason=str(fault))
            else:
                if last != self.acted:
                    self.acted = last
                    self.wake.set()
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def reload(self) -> Services | None:
        """One round. Returns: the services whose lines are to be closed; None where the same lines go on."""
        async with self.federating.changing:
            old = self.services()
            with short_turns():
                new = await asyncio.to_thread(self.made, old)
                if new.graphs is not None:
                    self.settle()
            self.tell(new.candidate)
            await record(self.ground, self.database, new.candidate, new.standing, old.clock())
            snapshot = new.services.snapshot if new.services else None
            if new.services is None or snapshot is None:
                self.use(replace(self.services(), activations=new.told))
                return None
            digest = digest_of(snapshot, new.candidate.bare)
            same = digest == old.snapshot.version.partition("·")[2] and snapshot.secrets == old.snapshot.secrets
            if same and new.graphs is None:
                self.use(replace(self.services(), activations=new.told))
                return None
            number = await numbered(self.database, digest, old.clock())
            snapshot = replace(snapshot, version=f"cfg-{number}·{digest}")
            opened = await openings(self.database, snapshot, old.openings, at=old.clock())
            connections = await old.connections.following(snapshot).__aenter__()
            for line in connections.diagnostics:
                log.error("backend_unusable", reason=line)
            self.federating.adopt(snapshot, connections)
            self.bare = new.candidate.bare
            self.use(replace(new.services, snapshot=snapshot, connections=connections, openings=opened))
        log.info("activated", config=snapshot.version, schema=new.services.graph.version)
        await connections.probe_once()
        return old

    def use(self, services: Services) -> None:
        """From the next request on."""
        self.put(services)

    def made(self, old: Services) -> Made:
        """The next generation; in a thread."""
        sdls = self.federating.known
        return made(self.ground, self.database.path, old, sdls=dict(sdls), known=self.bare)

    def tell(self, candidate: Candidate) -> None:
        """Say once what is wrong with the files: where, with the line, as `roam city check` does."""
        for name, found in candidate.rejected.items():
            if self.told.get(name) != found.en:
                sys.stderr.write(f"{found.en}\n")
                sys.stderr.flush()
                log.error("edit_rejected", name=name, revision=found.revision, kept=name in candidate.chosen)
        self.told = {name: found.en for name, found in candidate.rejected.items()}

    async def let_go(self, old: Services) -> None:
        """Close what the next generation did not take over, once no request can need it."""
        try:
            await asyncio.sleep(old.budget_seconds + AFTERWARDS_SECONDS)
        finally:
            await asyncio.shield(closed(old.connections))


async def closed(connections: Connections) -> None:
    await connections.__aexit__(None, None, None)


async def record(ground: Ground, database: Database, candidate: Candidate, standing: Standing, at: datetime) -> None:
    """Keep the files that are good, and write down what is served and what was refused. A fault costs the record only."""
    try:
        await asyncio.to_thread(keep, ground, candidate, standing)
        await activated(database, candidate.chosen, at)
        await rejected(database, candidate.rejected)
        stood = {name for name, found in standing.rejected.items() if found.standing}
        if settled := tuple(sorted(stood - candidate.rejected.keys())):
            await mended(database, settled, at)
    except (OSError, StorageError) as fault:
        log.error("history_not_kept", reason=str(fault))


def keep(ground: Ground, candidate: Candidate, standing: Standing) -> None:
    """The good files into the history, and out of it what is too old. Raises OSError."""
    snapshot = candidate.loaded.snapshot
    most = snapshot.settings.gateway.config_history if snapshot else 0
    for name, (revision, source) in candidate.chosen.items():
        if not revision or source != "files":
            continue
        if is_file(name):
            ground.editions.keep_file(ground.root / name, name, revision)
            continue
        ground.editions.keep_city(ground.root / name, revision)
        held = standing.holds.get(name)
        ground.editions.trim(name, most, {revision, held.revision if held else ""})
