"""The SDL of the cities' own subgraphs, asked for beside the requests: new SDL is composed, kept, and put to use.

A city that is down costs nothing: its last good SDL was kept in a file. A city whose new SDL does not fit keeps its last good
one, and the log says why.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import uuid4

import structlog

from channels.calls.connections import Connections
from channels.deployment.snapshot import Channel, Snapshot
from channels.subgraphs.sdl_store import SdlStore
from channels.subgraphs.subgraph import CitySubgraph
from resolvers.serving.graphs import Graphs, build_graphs, federated_channels
from resolvers.supergraph import Remote

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
ASK_SECONDS = 5.0
MAX_REASON_CHARACTERS = 2_000

log = structlog.get_logger("federating")


@dataclass(slots=True)
class Federating:
    """What is known of the cities' subgraphs. `put` takes the graphs that are to be used from now on.

    `refused`: SDL that did not fit, so that it is composed and told once. `silent`: cities that gave none, told once, too.
    `changing`: held while the graphs are made, here or by a reload. `joined`: a city that was never asked is there.
    """

    snapshot: Snapshot
    connections: Connections
    store: SdlStore
    put: Callable[[Graphs], None]
    known: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    joined: asyncio.Event = field(default_factory=asyncio.Event)

    def from_files(self) -> Graphs:
        """The graphs over every SDL as it was last kept."""
        graphs = None
        for channel, _ in federated_channels(self.snapshot):
            sdl = channel.subgraph_sdl or self.store.load(channel.slug)
            if sdl and (fit := self.built(channel.slug, sdl)):
                self.known[channel.slug], graphs = sdl, fit
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
        if {channel.slug for channel, _ in federated_channels(snapshot)} - before:
            self.joined.set()

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
            if sdl and sdl not in (self.known.get(slug), self.refused.get(slug)):
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
            if graphs is None:
                self.refused[slug] = sdl
                return
            self.known[slug] = sdl
            self.refused.pop(slug, None)
            self.put(graphs)
        try:
            self.store.keep(slug, sdl)
        except OSError as problem:
            log.error("subgraph_not_kept", city=slug, reason=problem.strerror)

    def built(self, slug: str, sdl: str) -> Graphs | None:
        """The graphs with one city's SDL beside what is known; None, and the log says why, where it does not fit."""
        try:
            graphs = build_graphs(self.snapshot, {**self.known, slug: sdl})
            reason = graphs.left_out.get(slug)
        except Exception as problem:  # noqa: BLE001  whatever a city wrote there, the gateway goes on without it
            reason = f"{type(problem).__name__}: {problem}"
        if reason is None:
            return graphs
        tell(slug, reason)
        return None


def tell(slug: str, reason: str) -> None:
    """Say that a city adds nothing, and why."""
    log.error("subgraph_left_out", city=slug, reason=reason[:MAX_REASON_CHARACTERS])


def deadline() -> float:
    """When the city must have answered, on the loop's clock."""
    return asyncio.get_running_loop().time() + ASK_SECONDS
