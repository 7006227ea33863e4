"""The SDL of the cities' own subgraphs, asked for beside the requests: new SDL is composed, kept, and put to use.

A city that is down costs nothing: its last good SDL was kept in a file. A city whose new SDL does not fit keeps its last good
one; the log and the operators' console say why.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import structlog

from channels.calls.connections import Connections
from channels.deployment.snapshot import Channel, Snapshot
from channels.proofs.credentials import Clock
from channels.subgraphs.sdl_store import SdlStore
from channels.subgraphs.subgraph import CitySubgraph
from resolvers.serving.graphs import Graphs, build_graphs, federated_channels
from resolvers.supergraph import Remote

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
ASK_SECONDS = 5.0
MAX_REASON_CHARACTERS = 2_000

log = structlog.get_logger("federating")


@dataclass(frozen=True, slots=True)
class Unfit:
    """SDL that a city gave and that does not go with the graph: why, since when, and whether an earlier one is in use."""

    sdl: str
    reason: str
    at: datetime
    earlier: bool


@dataclass(slots=True)
class Federating:
    """What is known of the cities' subgraphs. `put` takes the graphs that are to be used from now on.

    `unfit`: by city; composed and told once, and again when files have changed. `silent`: cities that gave none, told once, too.
    `changing`: held while the graphs are made, here or by a reload. `joined`: there is
    somebody to ask at once.
    """

    snapshot: Snapshot
    connections: Connections
    store: SdlStore
    put: Callable[[Graphs], None]
    clock: Clock
    known: dict[str, str] = field(default_factory=dict)
    unfit: dict[str, Unfit] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    joined: asyncio.Event = field(default_factory=asyncio.Event)

    def from_files(self) -> Graphs:
        """The graphs over every SDL as it was last kept."""
        graphs = None
        for channel, _ in federated_channels(self.snapshot):
            sdl = channel.subgraph_sdl or self.store.load(channel.slug)
            fit = self.built(channel.slug, sdl) if sdl else None
            if sdl and isinstance(fit, Graphs):
                self.known[channel.slug], graphs = sdl, fit
            elif sdl and isinstance(fit, str) and channel.subgraph_sdl is None:
                self.unfit[channel.slug] = Unfit(sdl, fit, self.clock(), earlier=False)
        graphs = graphs or build_graphs(self.snapshot, {})
        for slug, reason in graphs.left_out.items():
            tell(slug, reason)
        return graphs

    async def watch(self) -> None:
        """Ask again and again: often until every city has answered once, then every minute."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            all_answered = await self.look()
            pause = LONGEST_PAUSE_SECONDS if all_answered else min(pause * 2, LONGEST_PAUSE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self.joined.wait()
                    pause = FIRST_PAUSE_SECONDS
            self.joined.clear()

    def adopt(self, snapshot: Snapshot, connections: Connections) -> None:
        """Go on over another snapshot.  `changing` is held by the caller."""
        before = {channel.slug for channel, _ in federated_channels(self.snapshot)}
        self.snapshot, self.connections = snapshot, connections
        self.known |= self.in_files(snapshot)
        if self.unfit or {channel.slug for channel, _ in federated_channels(snapshot)} - before:
            self.joined.set()  # what did not fit may do so now
        self.unfit.clear()

    def in_files(self, snapshot: Snapshot) -> dict[str, str]:
        """The SDL that stands in cities' own files."""
        return {
            channel.slug: channel.subgraph_sdl for channel, _ in federated_channels(snapshot) if channel.subgraph_sdl
        }

    async def look(self) -> bool:
        """Ask every city, side by side; use what is new. Returns: whether all answered."""
        async with asyncio.TaskGroup() as group:
            asked = {
                channel.slug: group.create_task(self.ask(self.subgraph(channel, remote)))
                for channel, remote in federated_channels(self.snapshot)
                if channel.subgraph_sdl is None
            }
        found = {slug: task.result() for slug, task in asked.items()}
        for slug, sdl in found.items():
            told = self.unfit.get(slug)
            if sdl and sdl == self.known.get(slug):
                self.unfit.pop(slug, None)  # it gives its earlier one again
            elif sdl and (told is None or told.sdl != sdl):
                await self.take(slug, sdl)
        return all(found.values())

    def subgraph(self, channel: Channel, remote: Remote) -> CitySubgraph:
        return CitySubgraph(self.connections, channel, remote.query, uuid4().hex, deadline())

    async def ask(self, subgraph: CitySubgraph) -> str | None:
        """The city's SDL; None, told when that is new, where it gives none: what was known of it stays in use."""
        sdl, slug = await subgraph.sdl(), subgraph.channel.slug
        if isinstance(sdl, str):
            self.silent.discard(slug)
            return sdl
        if slug not in self.silent:
            self.silent.add(slug)
            log.warning("subgraph_silent", city=slug, code=sdl.code.value if sdl else None, kept=slug in self.known)
        return None

    async def take(self, slug: str, sdl: str) -> None:
        """Compose with a city's new SDL; use and keep it if it fits."""
        log.info("subgraph_changed", city=slug, first=slug not in self.known)
        async with self.changing:
            graphs = await asyncio.to_thread(self.built, slug, sdl)
            if isinstance(graphs, str):
                self.unfit[slug] = Unfit(sdl, graphs, self.clock(), earlier=slug in self.known)
                return
            self.known[slug] = sdl
            self.unfit.pop(slug, None)
            self.put(graphs)
        try:
            self.store.keep(slug, sdl)
        except OSError as problem:
            log.error("subgraph_not_kept", city=slug, reason=problem.strerror)

    def built(self, slug: str, sdl: str) -> Graphs | str:
        """The graphs with one city's SDL beside what is known; why it does not fit, which the log says, too."""
        try:
            graphs = build_graphs(self.snapshot, {**self.known, slug: sdl})
            reason = graphs.left_out.get(slug)
        except Exception as problem:  # noqa: BLE001  whatever a city wrote there, the gateway goes on without it
            reason = f"{type(problem).__name__}: {problem}"
        if reason is None:
            return graphs
        tell(slug, reason)
        return reason[:MAX_REASON_CHARACTERS]


def tell(slug: str, reason: str) -> None:
    """Say that a city adds nothing, and why."""
    log.error("subgraph_left_out", city=slug, reason=reason[:MAX_REASON_CHARACTERS])


def deadline() -> float:
    """When the city must have answered, on the loop's clock."""
    return asyncio.get_running_loop().time() + ASK_SECONDS
