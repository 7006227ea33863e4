"""Everything a snapshot runs on: the own graph, the same as a subgraph, and the supergraph over all subgraphs.

Built together, because the own graph declares what the cities' subgraphs add, and the supergraph answers it. Pure, and slow
enough (a few tenths of a second) to be built beside the event loop when a city's SDL changes.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from channels.deployment.snapshot import Channel, Snapshot
from channels.subgraphs.subgraph import subgraph_query
from federation.subgraph import Source
from resolvers.context import RunningGraph
from resolvers.fields.answers import ANSWERS, SUBGRAPH_ANSWERS
from resolvers.fields.local import local_answers
from resolvers.supergraph import Part, Remote, Supergraph, composed, contribution_source, read
from schema.build import Graph, subgraph_sdl
from schema.opened import Opened, UnfitSdl, entities, opened, type_names

Sdls = Mapping[str, str]  # of cities' own subgraphs, by slug


@dataclass(frozen=True, slots=True)
class Graphs:
    """`graph` is what clients query, `subgraph` what a supergraph's router does. `left_out`: why a city adds nothing."""

    graph: RunningGraph
    subgraph: RunningGraph
    supergraph: Supergraph
    left_out: Mapping[str, str]


def build_graphs(snapshot: Snapshot, sdls: Sdls, newest: Collection[str] = ()) -> Graphs:
    """The graphs of one snapshot with the cities' subgraphs as they are known. A city whose SDL is unfit is left out.

    `newest`: the cities that have changed; where two do not fit together, the newer one is left out.
    """
    own_sdl = subgraph_sdl(snapshot.city_ids)
    fit, unfit = opened_parts(snapshot, sdls, own_sdl)
    parts = [*contributed_parts(snapshot, own_sdl), *(part for part, _ in fit.values())]
    supergraph, refused = composed(own_sdl, sorted(parts, key=lambda part: part.city in newest))
    added = {slug: found.contribution for slug, (_, found) in fit.items() if slug in supergraph.remotes}
    contributed = {c.slug: c.contribution for c in snapshot.channels.values() if c.contribution}
    every = {slug: "\n".join(filter(None, (contributed.get(slug), added.get(slug)))) for slug in (*contributed, *added)}
    cities, local = snapshot.city_ids, local_answers(snapshot)
    return Graphs(
        running(Graph(ANSWERS, cities, every, local)),
        running(Graph(SUBGRAPH_ANSWERS, cities, contributed, local, subgraph=True)),
        supergraph,
        {**unfit, **refused},
    )


def running(graph: Graph) -> RunningGraph:
    """The graph as requests bind it; its version changes with its SDL."""
    sdl = graph.as_str()
    return RunningGraph(graph.core, sha256(sdl.encode()).hexdigest()[:12], sdl)


def federated_channels(snapshot: Snapshot) -> Iterator[tuple[Channel, Remote]]:
    """The channels that run a subgraph of their own, and how each is asked."""
    for channel in snapshot.channels.values():
        query = subgraph_query(channel) if channel.available else None
        if query is not None:
            yield channel, Remote(channel, query)


def opened_parts(snapshot: Snapshot, sdls: Sdls, own_sdl: str) -> tuple[dict[str, tuple[Part, Opened]], dict[str, str]]:
    """What of each city's SDL enters the graph, by slug; and why another city's does not."""
    own = read(own_sdl)
    known, fit, unfit = entities(own), dict[str, tuple[Part, Opened]](), dict[str, str]()
    contributions = (channel.contribution for channel in snapshot.channels.values())
    taken = type_names(own, *(read(sdl) for sdl in contributions if sdl))
    for channel, remote in federated_channels(snapshot):
        sdl = channel.subgraph_sdl or sdls.get(channel.slug)
        try:
            found = opened(channel.slug, sdl, known, taken) if sdl else None
        except UnfitSdl as problem:
            unfit[channel.slug] = str(problem)
            continue
        if found and found.coordinates:
            source = Source(channel.slug, found.subgraph)
            fit[channel.slug] = Part(channel.slug, source, found.coordinates, remote), found
    return fit, unfit


def contributed_parts(snapshot: Snapshot, own_sdl: str) -> Iterator[Part]:
    """Each `contribute.graphql` as a subgraph that the gateway answers in process."""
    federated = {channel.slug for channel, _ in federated_channels(snapshot)}
    for channel in snapshot.channels.values():
        if channel.contribution:
            source = contribution_source(channel, own_sdl)
            name = f"{channel.slug}_local" if channel.slug in federated else channel.slug
            yield Part(channel.slug, Source(name, source.sdl))
