"""What one request carries through the graph: who asks, in which language, by when, over which snapshot.

Built at the door by `app.py`, bound to one snapshot for its whole life, read by every answer. Answers write only to `errors`
and `extensions`; the viewer's claims are kept here once they have been read.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from graphql import GraphQLError, GraphQLResolveInfo, GraphQLSchema

from channels.answer import Failure
from channels.calls.connections import Connections
from channels.deployment.snapshot import Channel, Snapshot
from channels.measured.badges import Badges
from channels.revisions.history import Activation
from channels.subgraphs.subgraph import CitySubgraph
from identity.claims import UserInfo
from identity.links import Link, Links, citizen_key
from identity.seal import Sealer
from identity.step_up import next_level, sufficient
from identity.viewer import Viewer
from resolvers.asking.watch import Watch
from resolvers.fixed import CHINA
from resolvers.ids import open_id
from resolvers.index import SearchIndex
from resolvers.listing import Listing
from resolvers.supergraph import Supergraph
from roaming import Consent, Consents, Journal, Ledger
from roaming.mandates import Mandates
from roaming.openings import Opening
from roaming.quotas import Exceeded, Quotas
from roaming.suspensions import Suspensions
from schema.codes import AssuranceLevel

if TYPE_CHECKING:
    from resolvers.asking.dry import DryRunner


T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class RunningGraph:
    """A graph that a snapshot's requests run on: graphql-core's schema, its version as clients are told it, its SDL."""

    core: GraphQLSchema
    version: str
    sdl: str


@dataclass(frozen=True, slots=True)
class Services:
    """What outlives a request. One per process and snapshot generation; built in `app.py`."""

    snapshot: Snapshot
    connections: Connections
    index: SearchIndex
    listing: Listing
    user_info: UserInfo
    links: Links
    consents: Consents
    journal: Journal
    ledger: Ledger
    mandates: Mandates
    sealer: Sealer
    pairwise_salt: bytes
    store_key: bytes
    clock: Callable[[], datetime]
    version: str
    graph: RunningGraph
    subgraph: RunningGraph
    budget_seconds: float
    supergraph: Supergraph | None = None
    suspensions: Suspensions | None = None
    quotas: Quotas = field(default_factory=Quotas)
    dry_runner: "DryRunner | None" = None
    acr: Mapping[str, Mapping[str, AssuranceLevel]] = field(default_factory=dict)  # each provider's words, by its URL
    activations: Mapping[str, Activation] = field(default_factory=dict)  # what is served of each city's files, by slug
    openings: Mapping[str, Opening] = field(default_factory=dict)  # of cities that are opened step by step, by slug
    badges: Badges | None = None  # what the cities' last conformance reports give
    newest: "Callable[[], Services | None] | None" = None  # those of now, for what outlives a reload


@dataclass(slots=True)
class ReadOnce(Generic[T]):
    """What is read of the viewer once a request; `reading` is held meanwhile, so that one reading serves all."""

    found: T | None = None
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class HeldConsents(ReadOnce[tuple[Consent, ...]]):
    """The viewer's consents.  `round`: of the withdrawals known then; after another one they are read anew."""

    round: int = 0


@dataclass(slots=True)
class Spent:
    """One crossing of the request: what was used up when it was counted; `counting` is held meanwhile."""

    used_up: Mapping[str, Exceeded] | None = None
    counting: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Context:
    """One request. `deadline` is an instant of the running loop's clock, in seconds.

    `as_subgraph`: it comes from a supergraph's router, and runs on the graph with `_service` and `_entities`.
    `asked_version`: of the graph that the client asked, where this is only a fetch of its query's plan.
    `watch`: sees what a dry run would ask; None in earnest. `at`: the response path of the field, in a dry run.
    `mutation_refusal`: why this client's mutations are not begun, if so.
    """

    services: Services
    viewer: Viewer
    language: str
    request_id: str
    deadline: float
    as_subgraph: bool = False
    asked_version: str | None = None
    mutation_refusal: GraphQLError | None = None
    errors: list[GraphQLError] = field(default_factory=list)
    extensions: dict[str, Any] = field(default_factory=dict)
    known: ReadOnce[Mapping[str, str] | Failure] = field(default_factory=ReadOnce)
    links: ReadOnce[dict[str, Link]] = field(default_factory=ReadOnce)
    consents: HeldConsents = field(default_factory=HeldConsents)
    spent: dict[tuple[str, ...], Spent] = field(default_factory=dict)
    too_low: list[tuple[Sequence[str | int], str]] = field(default_factory=list)
    watch: Watch | None = None
    at: tuple[str | int, ...] = ()
    _citizen: str | None = None

    def __post_init__(self) -> None:
        self.look()

    @property
    def graph(self) -> RunningGraph:
        return self.services.subgraph if self.as_subgraph else self.services.graph

    @property
    def schema_version(self) -> str:
        """The version of the graph, as the client sees it."""
        return self.asked_version or self.graph.version

    @property
    def config_version(self) -> str:
        return self.snapshot.version

    @property
    def snapshot(self) -> Snapshot:
        """The cities and agreements; those with the flags that stood when the request came."""
        held, suspensions = self.services.snapshot, self.services.suspensions
        return suspensions.applied(held) if suspensions else held

    @property
    def today(self) -> date:
        """The day in the cities' time zone."""
        return self.now.astimezone(CHINA).date()

    @property
    def now(self) -> datetime:
        return self.services.clock()

    @property
    def citizen(self) -> str | None:
        """The key under which stores and caches know the viewer; None for nobody. Made once a request."""
        if self.viewer.signed_in and self._citizen is None:
            self._citizen = citizen_key(self.services.store_key, self.viewer.issuer, self.viewer.subject)
        return self._citizen

    @property
    def actor(self) -> str | None:
        """The key of the person who acts for the citizen under a mandate; None where citizens act for themselves."""
        actor = self.viewer.actor
        return citizen_key(self.services.store_key, actor.issuer, actor.subject) if actor else None

    @property
    def home(self) -> str | None:
        """The slug of the viewer's home city; None when anonymous or from a city outside the graph."""
        code = self.viewer.home_city
        return self.services.listing.slugs.get(code)

    def acr_values(self, required: Iterable[str]) -> tuple[str, ...]:
        """What to ask the viewer's provider for, so that all these levels are reached; none named: any more than now."""
        levels = [AssuranceLevel(level) for level in required] or [next_level(self.viewer.assurance)]
        return sufficient(max(levels), self.services.acr.get((self.viewer.actor or self.viewer).issuer, {}))

    @property
    def middleware(self) -> Watch | None:
        """What wraps every field of a dry run; None in earnest."""
        return self.watch

    def watched(self, channel: Channel, operation: str, verdict: V) -> V:
        """The verdict about a city; a dry run takes note of it."""
        if self.watch is not None:
            self.watch.decided(self.at, channel, operation, verdict)
        return verdict

    def placed(self, path: Sequence[str | int]) -> "Context":
        """The same dry run, at one field."""
        return replace(self, at=tuple(path))

    def channel(self, slug: str) -> Channel:
        return self.snapshot.channels[slug]

    def locate(self, text: str, typename: str) -> tuple[Channel, str] | None:
        """The channel and the city's own id behind a global id; None if it is no such id, or its city has left the graph."""
        found = open_id(self.services.sealer, text, typename)
        channel = self.snapshot.channels.get(found.city) if found else None
        return (channel, found.local) if found and channel else None

    def look(self) -> None:
        """Take in what operators have suspended or resumed up to now."""
        if self.services.suspensions:
            self.services.suspensions.look(self.today)

    def renew(self) -> None:
        """A new round of a subscription: the cities as they are now, a deadline of its own, claims and consents read anew."""
        self.services = (self.services.newest() if self.services.newest else None) or self.services
        self.deadline = asyncio.get_running_loop().time() + self.services.budget_seconds
        self.known = ReadOnce()
        self.links = ReadOnce()
        self.consents = HeldConsents()
        self.spent = {}
        self.look()

    @property
    def supergraph(self) -> Supergraph | None:
        """What plans over the cities' subgraphs; a supergraph's own router plans by itself."""
        return None if self.as_subgraph else self.services.supergraph

    @property
    def shows_plans(self) -> bool:
        """May a client see how its query is planned? Where testers work, yes."""
        return self.snapshot.environment.graphiql

    def fork(self) -> "Context":
        """The same request on the gateway's own subgraph: one fetch of a plan, with errors of its own."""
        return replace(self, as_subgraph=True, asked_version=self.schema_version, errors=[], extensions={})

    def remotes(self) -> Mapping[str, CitySubgraph]:
        """The cities' own subgraphs, by name, to be asked within this request."""
        services = self.services
        known = services.supergraph.remotes if services.supergraph else {}
        return {
            name: CitySubgraph(
                services.connections, remote.channel, remote.query, self.request_id, self.deadline, self.language
            )
            for name, remote in known.items()
        }


Info = GraphQLResolveInfo[Context]
"""What graphql-core hands to an answer; `info.context` is the request."""
