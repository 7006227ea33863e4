"""One generation of the gateway, made of files: what is to be served, and the graphs that it is served on. Slow, and pure but for
reading files: it runs in a thread beside the requests. Whoever swaps it in is `reloading`.
"""

import gc
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from channels.deployment.snapshot import Channel, Snapshot
from channels.revisions.candidate import Candidate, Ground, activations, settled
from channels.revisions.history import Activation, Standing, standing_in
from resolvers.context import Services
from resolvers.fixed import CHINA
from resolvers.index import catalogue_index
from resolvers.listing import Listing
from resolvers.serving.graphs import Graphs, build_graphs, federated_channels
from resolvers.supergraph import Remote, Supergraph

TURN_SECONDS = 0.000_5  # how long a thread that builds keeps the interpreter from one that answers; usually 5 ms
YOUNG = 5_000, 1_000  # the collector looks at so few new objects at a time (1 to 2 ms), and not at what has survived
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Made:
    """`services`: None where there is nothing that can be served. `graphs`: None where those in use go on."""

    candidate: Candidate
    standing: Standing
    told: Mapping[str, Activation]
    services: Services | None = None
    graphs: Graphs | None = None


@contextmanager
def short_turns() -> Iterator[None]:
    """While a generation is made, requests wait for the interpreter half a millisecond at a time.

    So does whoever waits for the collector: going through a half-built graph would be one turn of many milliseconds.
    """
    before, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(TURN_SECONDS)
    gc.set_threshold(*YOUNG)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(before)


def made(ground: Ground, store: Path, old: Services, *, sdls: Mapping[str, str], known: Mapping[str, Channel]) -> Made:
    """The generation after `old`. `sdls`: of cities' own subgraphs; `known`: channels to be used again if unchanged.

    What of a city's own subgraph does not compose is charged to that city: it stays as it last was good.
    """
    standing, at = standing_in(store), old.clock()
    unfit: dict[str, str] = {}
    for _ in range(ROUNDS):
        candidate = settled(ground, standing, day=at.astimezone(CHINA).date(), at=at, known=known, unfit=unfit)
        told = activations(candidate, standing, at)
        if candidate.loaded.snapshot is None:
            break
        snapshot = candidate.loaded.snapshot
        graphs, refused = graphs_of(snapshot, old, sdls, newest(candidate, old))
        if not refused.keys() - unfit.keys():
            return Made(candidate, standing, told, following(old, snapshot, graphs, told), graphs)
        unfit |= refused
    return Made(candidate, standing, told)


def newest(candidate: Candidate, old: Services) -> frozenset[str]:
    """The cities whose files are others than those that are served."""
    before = {slug: channel.revision for slug, channel in old.snapshot.channels.items()}
    return frozenset(
        slug
        for slug, (revision, source) in candidate.chosen.items()
        if source == "files" and before.get(slug) != revision
    )


def begun(ground: Ground, standing: Standing, at: datetime) -> Candidate:
    """The configuration of a start.  What came into a city's files while nothing ran, and does not hold, is put back, too."""
    return settled(ground, standing, day=at.astimezone(CHINA).date(), at=at)


def graphs_of(
    snapshot: Snapshot, old: Services, sdls: Mapping[str, str], new: frozenset[str]
) -> tuple[Graphs | None, dict[str, str]]:
    """New graphs, or None where those in use fit; and by changed city why it cannot be part of them."""
    return (None, {}) if shape(snapshot, sdls) == shape(old.snapshot, sdls) else composed(snapshot, sdls, new)


def composed(snapshot: Snapshot, sdls: Mapping[str, str], new: frozenset[str]) -> tuple[Graphs | None, dict[str, str]]:
    """The graphs, and by changed city why it cannot be part of them.  Raises: what is wrong where nothing has changed."""
    try:
        graphs = build_graphs(snapshot, sdls, new)
    except Exception as problem:
        if not new:
            raise
        return None, dict.fromkeys(new, f"{type(problem).__name__}: {problem}")
    return graphs, {slug: reason for slug, reason in graphs.left_out.items() if slug in new}


def shape(snapshot: Snapshot, sdls: Mapping[str, str]) -> object:
    """All that graphs are made of."""
    federated = {
        channel.slug: channel.subgraph_sdl or sdls.get(channel.slug) for channel, _ in federated_channels(snapshot)
    }
    contributed = {channel.slug: channel.contribution for channel in snapshot.channels.values() if channel.contribution}
    return snapshot.city_ids, contributed, federated


def following(old: Services, snapshot: Snapshot, graphs: Graphs | None, told: Mapping[str, Activation]) -> Services:
    """The services of the next generation, but for its connections."""
    listing = Listing.of(snapshot, old.sealer)
    supergraph = graphs.supergraph if graphs else with_remotes(old.supergraph, snapshot)
    return replace(
        old,
        snapshot=snapshot,
        index=catalogue_index(listing),
        listing=listing,
        budget_seconds=snapshot.settings.gateway.fanout_budget.total_seconds(),
        graph=graphs.graph if graphs else old.graph,
        subgraph=graphs.subgraph if graphs else old.subgraph,
        supergraph=supergraph,
        activations=told,
    )


def with_remotes(supergraph: Supergraph | None, snapshot: Snapshot) -> Supergraph | None:
    """The supergraph with its cities as they are asked now; the same where nothing changed, for plans are kept by it."""
    if supergraph is None or not supergraph.remotes:
        return supergraph
    now = {channel.slug: remote for channel, remote in federated_channels(snapshot)}
    remotes: dict[str, Remote] = {name: now.get(name, remote) for name, remote in supergraph.remotes.items()}
    same = all(remotes[name].channel is remote.channel for name, remote in supergraph.remotes.items())
    return supergraph if same else replace(supergraph, remotes=remotes)


def digest_of(snapshot: Snapshot, bare: Mapping[str, Channel]) -> str:
    """The digest of what is served: of the files, and of what operators laid over them."""
    digest = snapshot.version.partition("·")[2]
    laid = sorted((s, c.status) for s, c in snapshot.channels.items() if c is not bare.get(s))
    return sha256(f"{digest}{laid}".encode()).hexdigest()[:7] if laid else digest
