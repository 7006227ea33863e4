"""The composition root: everything is built here, once, and handed down as arguments.

`create_app(settings)` gives the ASGI application. Its lifespan opens the store, the keys, the connections and the index over one
snapshot of the channel files; `Gateway` is what the edge sees of it. Only here (and in `cli/`, `sandbox/`) are the environment
and the clock read.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from starlette.applications import Starlette

from channels.calls.connections import Connections
from channels.calls.probing import keep_asking, keep_probing
from channels.deployment.snapshot import Snapshot
from channels.measured.badges import Badges
from channels.measured.metrics_store import keeping
from channels.measured.sharing import Sharing
from channels.revisions.history import numbered
from channels.subgraphs.sdl_store import SdlStore
from edge.console import Console
from edge.dry_run import DryRun
from edge.exposition import SECRET, Exposition
from edge.language import preferred_language
from edge.limits import Limits
from edge.pages import Site
from edge.ports import Credentials
from edge.readiness import CityReadiness, Readiness
from edge.refusals import refusal_error, unproven_mutation
from edge.routes import routes
from edge.server import settle_memory
from edge.signin import SignIn
from edge.switches import Switches
from identity import Proofs, links, open_session
from identity.refusal import Refusal
from identity.seal import Sealer
from resolvers import Context, Federating, Graphs, Listing, Services, catalogue_index
from resolvers.asking.delegation import in_place_of
from resolvers.operators.overseeing import Overseeing
from resolvers.operators.own_summary import own_summary
from resolvers.serving.activation import digest_of
from resolvers.serving.reloading import Reloading, closed, record
from resolvers.serving.rollouts import keep_opening, openings
from resolvers.settling.worker import keep_settling
from roaming import Consents, Journal, SqliteLedger, mandates, suspensions
from roaming.counts import opened_counts
from roaming.ledger_store import FILE as LEDGER
from roaming.quotas import Quotas
from roaming.used_proofs import UsedAnywhere
from starting import (
    PAIRWISE_SALT,
    SEAL_KEY,
    Begun,
    CannotStart,
    Entrances,
    Settings,
    begin,
    counts_at,
    issuer_url,
    key_of,
    listening,
    log_to,
    open_store,
    try_store,
    usable,
)
from storage import Database


def now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings) -> Starlette:
    """The application over one folder of channels. Raises: CannotStart."""
    begun = begin(settings, now())
    snapshot = usable(begun.candidate.loaded, settings)
    gateway = Gateway(settings, snapshot, begun)
    served = routes(
        gateway,
        site(settings, snapshot),
        Subgraph(gateway),
        keys=gateway.public_keys,
        sign_in=gateway.sign_in(),
        console=gateway.console(),
        exposition=Exposition(gateway.metrics, snapshot.secrets.find(SECRET)),
        switches=Switches.of(settings.controls) if snapshot.environment.faults else None,
    )
    return Starlette(routes=served, lifespan=gateway.lifespan)


def site(settings: Settings, snapshot: Snapshot) -> Site:
    """GraphiQL, where the environment shows it."""
    faults = "/sandbox/faults" if snapshot.environment.faults and settings.controls else None
    return Site(issuer=issuer_url(settings, snapshot), faults=faults, enabled=snapshot.environment.graphiql)


class Gateway:
    """One process's gateway, as the edge sees it (edge.ports.GatewayPort). Raises: CannotStart: a key or issuer is missing."""

    def __init__(self, settings: Settings, snapshot: Snapshot, begun: Begun | None = None) -> None:
        self._settings, self._begun = settings, begun
        self._snapshot = snapshot
        self._entrances = Entrances(settings, snapshot)
        self._seal_key, self._salt = key_of(snapshot.secrets, SEAL_KEY), key_of(snapshot.secrets, PAIRWISE_SALT)
        self.limits = Limits(introspection=snapshot.environment.graphiql)
        self._proofs_wanted = snapshot.settings.identity.dpop.mutations == "required"
        self._counts_at = counts_at(snapshot)
        self._services: Services | None = None
        self._overseeing: Overseeing | None = None
        self._connections: Connections | None = None

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Open everything, in the order of need; close it the other way round."""
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(await open_store(self._settings))
            snapshot = self._snapshot = await self._recorded(database)
            session = await stack.enter_async_context(open_session())
            connections = self._connections = await Connections(snapshot, clock=now).__aenter__()
            stack.push_async_callback(lambda: closed(self._connections or connections))
            kept = await stack.enter_async_context(keeping(connections.metrics, self._settings.state, now))
            sharing = stack.enter_context(Sharing.opened(kept, lambda: own_summary(self._services), now))
            sealer = Sealer(self._seal_key)
            counts = await stack.enter_async_context(opened_counts(self._counts_at))
            proofs = Proofs(UsedAnywhere(counts) if self._counts_at else None)
            entrance = self._entrances.open(database=database, sealer=sealer, http=session, proofs=proofs)
            federating = Federating(snapshot, connections, SdlStore(self._settings.state / "sdl"), self._use, now)
            graphs = federating.from_files()
            listing = Listing.of(snapshot, sealer)
            self._services = Services(
                snapshot=snapshot,
                connections=connections,
                index=catalogue_index(listing),
                listing=listing,
                user_info=entrance.user_info,
                links=links.Links(database),
                consents=await Consents.opened(database, at=now()),
                journal=Journal(database),
                ledger=await stack.enter_async_context(SqliteLedger.opened(self._settings.state / LEDGER)),
                mandates=mandates.Mandates(database),
                sealer=sealer,
                pairwise_salt=self._salt,
                store_key=self._seal_key,
                clock=now,
                version=version("cityroam"),
                graph=graphs.graph,
                subgraph=graphs.subgraph,
                supergraph=graphs.supergraph,
                budget_seconds=snapshot.settings.gateway.fanout_budget.total_seconds(),
                acr=self._entrances.acr,
                dry_runner=DryRun(self.limits),
                suspensions=stack.enter_context(suspensions.Suspensions.opened(database)),
                quotas=Quotas(counts),
                badges=Badges(self._settings.state, now),
                activations=self._begun.told if self._begun else {},
                openings=await openings(database, snapshot, {}, at=now()),
                newest=lambda: self._services,
            )
            self._overseeing = Overseeing(
                lambda: self._services,
                database,
                lambda: self._entrances.issuers,
                self._settings.root,
                sharing,
                federating,
            )
            for line in connections.diagnostics:
                sys.stderr.write(f"error: {line}\n")
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            work = (sharing.run(), *self._background(self._services, connections, database, federating))
            watching = [tasks.create_task(each) for each in work]
            settle_memory()
            yield
            self._services = None
            for task in watching:
                task.cancel()

    def _background(
        self, services: Services, connections: Connections, database: Database, federating: Federating
    ) -> Iterator[Coroutine[Any, Any, None]]:
        """What runs beside the requests until the end; it follows the newest connections and services."""
        yield keep_probing(lambda: (self._connections or connections).probe_once())
        yield keep_asking(lambda: (self._connections or connections).probes(), connections.health)
        yield federating.watch()
        yield keep_settling(lambda: self._services)
        yield keep_opening(database, lambda: self._services, self._swap)
        yield services.consents.withdrawals.watch(connections.purge)
        if self._begun is not None:
            yield self._reloading(self._begun, database, federating).run()

    async def _recorded(self, database: Database) -> Snapshot:
        """The snapshot under the number that its version has in the history, where what was begun with is written down."""
        snapshot, begun = self._snapshot, self._begun
        if begun is None:
            return snapshot
        await record(begun.ground, database, begun.candidate, begun.standing, now())
        digest = digest_of(snapshot, begun.candidate.bare)
        return replace(snapshot, version=f"cfg-{await numbered(database, digest, now())}·{digest}")

    def _reloading(self, begun: Begun, database: Database, federating: Federating) -> Reloading:
        bare, acted = begun.candidate.bare, begun.standing.actions
        return Reloading(begun.ground, database, federating, self._now, self._swap, begun.seen, bare, acted)

    def _now(self) -> Services:
        if self._services is None:
            raise RuntimeError("the gateway is not open")
        return self._services

    def _swap(self, services: Services) -> None:
        """Run on the next generation from now on; requests under way keep theirs."""
        snapshot = services.snapshot
        if snapshot is not self._snapshot:
            if entrance := self._entrances.follow(snapshot):
                services = replace(services, user_info=entrance.user_info, acr=self._entrances.acr)
            self._proofs_wanted = snapshot.settings.identity.dpop.mutations == "required"
            self._snapshot, self._connections = snapshot, services.connections
        self._services = services

    def _use(self, graphs: Graphs) -> None:
        """Run on other graphs from now on; requests under way keep theirs."""
        if self._services is not None:
            self._services = replace(
                self._services, graph=graphs.graph, subgraph=graphs.subgraph, supergraph=graphs.supergraph
            )

    async def context(self, credentials: Credentials, *, as_subgraph: bool = False) -> Context:
        """Who asks, in which language, by when, on which graph. Raises: GraphQLError UNAUTHENTICATED, FORBIDDEN, STORE_UNAVAILABLE."""
        entrance = self._entrances.now
        if self._services is None or entrance is None:
            raise RuntimeError("the gateway is not open")
        language = preferred_language(
            credentials.headers.get("accept-language"), self._snapshot.settings.gateway.default_language
        )
        viewer = await entrance.admission.viewer(credentials, now())
        if isinstance(viewer, Refusal):
            raise refusal_error(viewer, language)
        named, services = credentials.mandate, self._services
        viewer = await in_place_of(services, viewer, named, at=now(), language=language)
        # A browser's session is no token that could be copied: it passes.
        unproven = self._proofs_wanted and credentials.authorization and not viewer.bound_to
        return Context(
            services=self._services,
            viewer=viewer,
            language=language,
            request_id=credentials.request_id,
            deadline=asyncio.get_running_loop().time() + self._services.budget_seconds,
            as_subgraph=as_subgraph,
            mutation_refusal=unproven_mutation(language) if unproven else None,
        )

    def sign_in(self) -> SignIn:
        """Sign-in of browsers; of one that fails, GraphiQL's callback page tells where it is served."""
        landing = "/graphiql/callback" if self._snapshot.environment.graphiql else None
        return SignIn(lambda: self._entrances.now, now, landing)

    def console(self) -> Console:
        """The operators' console."""
        return Console(lambda: self._entrances.now, lambda: self._overseeing, now)

    def public_keys(self) -> tuple[Mapping[str, str], ...]:
        """The keys by which cities check the gateway's tokens, as JWKs."""
        return self._services.connections.public_keys() if self._services else ()

    def metrics(self) -> str | None:
        """What was counted of the calls to cities, for Prometheus."""
        return self._services.connections.metrics.exposition() if self._services else None

    def readiness(self) -> Readiness:
        """Ready once everything is open; each city as strangers may know it."""
        if self._services is None:
            return Readiness(ready=False, config_version=None, schema_version=None)
        health = self._services.connections.health
        cities = tuple(
            CityReadiness(c.slug, c.config.city.code, c.status, health.of(c.slug).value, loaded=c.available)
            for c in self._snapshot.channels.values()
        )
        return Readiness(True, self._snapshot.version, self._services.graph.version, cities)


class Subgraph:
    """The same gateway as a supergraph's router sees it (edge.ports.GatewayPort): only the graph is another."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @property
    def limits(self) -> Limits:
        """As the gateway's own."""
        return self._gateway.limits

    async def context(self, credentials: Credentials) -> Context:
        """As the gateway's own, on the graph with `_service` and `_entities`. Raises: GraphQLError UNAUTHENTICATED."""
        return await self._gateway.context(credentials, as_subgraph=True)

    def readiness(self) -> Readiness:
        """As the gateway's own."""
        return self._gateway.readiness()


def main() -> None:
    """Serve on ROAM_HOST:ROAM_PORT; one clear line and exit 1 when that cannot be."""
    import uvicorn

    from edge.server import server_config, spare_memory

    spare_memory()
    log_to(sys.stderr)
    try:
        settings = Settings.from_environment(os.environ)
        app = create_app(settings)
        asyncio.run(try_store(settings))
        listener = listening(settings)
    except CannotStart as problem:
        sys.exit(f"error: {problem}")
    with listener:
        uvicorn.Server(server_config(app, settings.host, settings.port)).run(sockets=[listener])


if __name__ == "__main__":
    main()
