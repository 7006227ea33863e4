"""The SDL of the cities' own subgraphs, asked for beside the requests: new SDL is composed, kept, and put to use.

A city that is down costs nothing: its last good SDL was kept in a file. A city whose new SDL does not fit keeps its last good
one, and the log says why.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import uuid4

import structlog

from channels.answer import Failure
from channels.connections import Connections
from channels.sdl_store import SdlStore
from channels.snapshot import Snapshot
from channels.subgraph import CitySubgraph

from .graphs import Graphs, build_graphs, federated_channels

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
ASK_SECONDS = 5.0

log = structlog.get_logger("federating")


@dataclass(slots=True)
class Federating:
    """What is known of the cities' subgraphs. `put` takes the graphs that are to be used from now on."""

    snapshot: Snapshot
    connections: Connections
    store: SdlStore
    put: Callable[[Graphs], None]
    known: dict[str, str] = field(default_factory=dict)

    def from_files(self) -> Graphs:
        """The graphs over every SDL as it was last kept."""
        slugs = [channel.slug for channel, _ in federated_channels(self.snapshot)]
        self.known = {slug: sdl for slug in slugs if (sdl := self.store.load(slug))}
        graphs = build_graphs(self.snapshot, self.known)
        tell(graphs.left_out)
        return graphs

    async def watch(self) -> None:
        """Ask again and again: often until every city has answered once, then every minute."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            all_answered = await self.look()
            pause = LONGEST_PAUSE_SECONDS if all_answered else min(pause * 2, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)

    async def look(self) -> bool:
        """Ask every city once; use what is new. Returns: whether all answered."""
        found = {
            channel.slug: await self.ask(CitySubgraph(self.connections, channel, remote.query, uuid4().hex, deadline()))
            for channel, remote in federated_channels(self.snapshot)
        }
        fresh = {slug: sdl for slug, sdl in found.items() if sdl and sdl != self.known.get(slug)}
        for slug, sdl in fresh.items():
            await self.take(slug, sdl)
        return all(found.values())

    async def ask(self, subgraph: CitySubgraph) -> str | None:
        sdl = await subgraph.sdl()
        return None if isinstance(sdl, Failure) else sdl

    async def take(self, slug: str, sdl: str) -> None:
        """Compose with a city's new SDL; use and keep it if it fits."""
        log.info("subgraph_changed", city=slug, first=slug not in self.known)
        graphs = await asyncio.to_thread(build_graphs, self.snapshot, {**self.known, slug: sdl})
        if slug in graphs.left_out:
            tell({slug: graphs.left_out[slug]})
            return
        self.known[slug] = sdl
        self.put(graphs)
        try:
            self.store.keep(slug, sdl)
        except OSError as problem:
            log.error("subgraph_not_kept", city=slug, reason=problem.strerror)


def tell(left_out: Mapping[str, str]) -> None:
    """Say which cities add nothing, and why."""
    for slug, reason in left_out.items():
        log.error("subgraph_left_out", city=slug, reason=reason[:2_000])


def deadline() -> float:
    """When the city must have answered, on the loop's clock."""
    return asyncio.get_running_loop().time() + ASK_SECONDS
