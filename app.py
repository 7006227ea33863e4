"""The composition root: everything is built here, once, and handed down as arguments.

`create_app(settings)` gives the ASGI application. Its lifespan opens the store, the keys, the connections and the index over one
snapshot of the channel files; `Gateway` is what the edge sees of it. Only here (and in `cli/`, `sandbox/`) are the environment
and the clock read.
"""

import asyncio
import os
import re
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import structlog
from starlette.applications import Starlette

from channels import history
from channels.badges import Badges
from channels.connections import Connections
from channels.diagnostics import Renderer
from channels.metrics_store import keeping
from channels.probing import keep_probing
from channels.sdl_store import SdlStore
from channels.secrets import MissingSecret, Secrets
from channels.snapshot import Loaded, Snapshot, load
from channels.trusted import issuers_of
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
from edge.switches import Switches, UnfitControls
from identity import links, open_session, sessions
from identity.entrance import Entrance
from identity.issuers import AmbiguousIssuers, Issuer, UnsafeAlgorithm
from identity.refusal import Refusal
from identity.seal import Sealer
from resolvers import Context, Federating, Graphs, Listing, Services, catalogue_index
from resolvers.delegation import in_place_of
from resolvers.overseeing import Overseeing
from resolvers.settling import keep_settling
from roaming import Consents, Journal, SqliteLedger, consents, deliveries, journal, mandates, suspensions
from roaming.counts import UnfitUrl, opened_counts, redis_url
from roaming.ledger_store import FILE as LEDGER
from roaming.quotas import Quotas
from storage import Database, StorageError

DATABASE = "gateway.sqlite"
CHINA = ZoneInfo("Asia/Shanghai")
BACKLOG = 2_048
SEAL_KEY, PAIRWISE_SALT = "GATEWAY_SEAL_KEY", "GATEWAY_PAIRWISE_SALT"


class CannotStart(RuntimeError):
    """The gateway cannot start; the text says what is missing and where."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process is told from outside. `from_environment` names the variables."""

    root: Path = Path("cities")
    environment: str = "sandbox"
    overlays: Path | None = None
    state: Path = Path(".sandbox/state")
    issuer: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    controls: str = ""
    secrets: Secrets = field(default_factory=Secrets)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """ROAM_ROOT, ROAM_ENV, ROAM_OVERLAYS, ROAM_STATE, ROAM_ISSUER, ROAM_HOST, ROAM_PORT, ROAM_SANDBOX_CONTROLS, ROAM_SECRET*."""
        overlays, port = environ.get("ROAM_OVERLAYS"), environ.get("ROAM_PORT", "8000")
        if not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65_536:
            raise CannotStart(f"ROAM_PORT is {port!r}; it must be a port number from 1 to 65535")
        return cls(
            root=Path(environ.get("ROAM_ROOT", "cities")),
            environment=environ.get("ROAM_ENV", "sandbox"),
            overlays=Path(overlays) if overlays else None,
            state=Path(environ.get("ROAM_STATE", ".sandbox/state")),
            issuer=environ.get("ROAM_ISSUER"),
            host=environ.get("ROAM_HOST", "127.0.0.1"),
            port=int(port),
            controls=environ.get("ROAM_SANDBOX_CONTROLS", ""),
            secrets=Secrets.from_environment(environ),
        )


def now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings) -> Starlette:
    """The application over one folder of channels. Raises: CannotStart, UnfitControls."""
    loaded = load(
        settings.root,
        environment=settings.environment,
        at=now().astimezone(CHINA).date(),
        secrets=settings.secrets,
        overlays=settings.overlays,
    )
    snapshot = usable(loaded, settings)
    gateway = Gateway(settings, snapshot)
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


def usable(loaded: Loaded, settings: Settings) -> Snapshot:
    """The snapshot; what is wrong with the files goes to the log, and costs only the cities it is about."""
    renderer = Renderer("en", dict(loaded.sources))
    for diagnostic in loaded.diagnostics:
        if diagnostic.severity == "error":
            sys.stderr.write(f"{renderer.render(diagnostic)}\n")
    if loaded.snapshot is None:
        raise CannotStart(f"{settings.root}: no usable channel files; run `roam city check --root {settings.root}`")
    return loaded.snapshot


def site(settings: Settings, snapshot: Snapshot) -> Site:
    """GraphiQL, where the environment shows it."""
    faults = "/sandbox/faults" if snapshot.environment.faults and settings.controls else None
    return Site(issuer=issuer_url(settings, snapshot), faults=faults, enabled=snapshot.environment.graphiql)


def issuer_url(settings: Settings, snapshot: Snapshot) -> str | None:
    """The identity provider of this environment: told from outside, else by `roam.yaml`."""
    return settings.issuer or snapshot.environment.issuer


def issuers(settings: Settings, snapshot: Snapshot) -> tuple[Issuer, ...]:
    """The trusted providers. Raises: CannotStart."""
    try:
        found = issuers_of(snapshot, settings.issuer)
    except (AmbiguousIssuers, UnsafeAlgorithm, MissingSecret) as problem:
        raise CannotStart(f"{settings.root}/roam.yaml: {problem}") from None
    if not found:
        raise CannotStart(f"{settings.root}/roam.yaml: no identity provider for the environment {settings.environment}")
    return found


def lifetimes(snapshot: Snapshot) -> sessions.Lifetimes:
    """How long a browser's session lives."""
    rule = snapshot.settings.identity.sessions
    return sessions.Lifetimes(rule.absolute, rule.idle)


def key_of(secrets: Secrets, name: str) -> bytes:
    """A gateway key of 32 bytes or more. Raises: CannotStart."""
    try:
        key = secrets.reveal(name).encode()
    except MissingSecret as missing:
        raise CannotStart(f"{missing}; set ROAM_SECRET_{name}, or put it into the secrets folder") from None
    if len(key) < 32:
        raise CannotStart(f"secret {name} has {len(key)} bytes; it needs at least 32")
    return key


def counts_at(snapshot: Snapshot) -> str | None:
    """Where crossings are counted: the URL of a Redis; None: in memory. Raises: CannotStart."""
    try:
        return redis_url(snapshot.settings.gateway.quotas, snapshot.secrets)
    except (MissingSecret, UnfitUrl) as problem:
        raise CannotStart(f"roam.yaml, gateway.quotas: {problem}") from None


async def open_store(settings: Settings) -> Database:
    """The gateway's own store, opened. Raises: StorageError."""
    rooms = (links, sessions, consents, journal, deliveries, suspensions, mandates, history)
    return await Database.open(settings.state / DATABASE, tuple(room.MIGRATIONS for room in rooms))


class Gateway:
    """One process's gateway, as the edge sees it (edge.ports.GatewayPort). Raises: CannotStart: a key or issuer is missing."""

    def __init__(self, settings: Settings, snapshot: Snapshot) -> None:
        self._settings = settings
        self._snapshot = snapshot
        self._issuers = issuers(settings, snapshot)
        self._seal_key, self._salt = key_of(snapshot.secrets, SEAL_KEY), key_of(snapshot.secrets, PAIRWISE_SALT)
        self.limits = Limits(introspection=snapshot.environment.graphiql)
        self._proofs_wanted = snapshot.settings.identity.dpop.mutations == "required"
        self._counts_at = counts_at(snapshot)
        self._services: Services | None = None
        self._entrance: Entrance | None = None
        self._overseeing: Overseeing | None = None

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Open everything, in the order of need; close it the other way round."""
        snapshot = self._snapshot
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(await open_store(self._settings))
            session = await stack.enter_async_context(open_session())
            connections = await stack.enter_async_context(Connections(snapshot, clock=now))
            await stack.enter_async_context(keeping(connections.metrics, self._settings.state, now))
            sealer = Sealer(self._seal_key)
            self._entrance = Entrance.build(
                self._issuers,
                snapshot.settings.gateway.public_url,
                lifetimes=lifetimes(snapshot),
                database=database,
                sealer=sealer,
                http=session,
            )
            federating = Federating(snapshot, connections, SdlStore(self._settings.state / "sdl"), self._use)
            graphs = federating.from_files()
            listing = Listing.of(snapshot, sealer)
            self._services = Services(
                snapshot=snapshot,
                connections=connections,
                index=catalogue_index(listing),
                listing=listing,
                user_info=self._entrance.user_info,
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
                acr={issuer.url: issuer.acr for issuer in self._issuers},
                dry_runner=DryRun(self.limits),
                suspensions=stack.enter_context(suspensions.Suspensions.opened(database)),
                quotas=Quotas(await stack.enter_async_context(opened_counts(self._counts_at))),
                badges=Badges(self._settings.state, now),
            )
            self._overseeing = Overseeing(lambda: self._services, database, self._issuers)
            for line in connections.diagnostics:
                sys.stderr.write(f"error: {line}\n")
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            watching = [tasks.create_task(keep_probing(connections.probe_once)), tasks.create_task(federating.watch())]
            watching.append(tasks.create_task(keep_settling(lambda: self._services)))
            watching.append(tasks.create_task(self._services.consents.withdrawals.watch(connections.purge)))
            settle_memory()
            yield
            self._services = None
            for task in watching:
                task.cancel()

    def _use(self, graphs: Graphs) -> None:
        """Run on other graphs from now on; requests under way keep theirs."""
        if self._services is not None:
            self._services = replace(
                self._services, graph=graphs.graph, subgraph=graphs.subgraph, supergraph=graphs.supergraph
            )

    async def context(self, credentials: Credentials, *, as_subgraph: bool = False) -> Context:
        """Who asks, in which language, by when, on which graph. Raises: GraphQLError UNAUTHENTICATED."""
        if self._services is None or self._entrance is None:
            raise RuntimeError("the gateway is not open")
        language = preferred_language(
            credentials.headers.get("accept-language"), self._snapshot.settings.gateway.default_language
        )
        viewer = await self._entrance.admission.viewer(credentials, now())
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
        return SignIn(lambda: self._entrance, now, landing)

    def console(self) -> Console:
        """The operators' console."""
        return Console(lambda: self._entrance, lambda: self._overseeing, now)

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

    from edge.server import server_config

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        settings = Settings.from_environment(os.environ)
        app = create_app(settings)
        asyncio.run(try_store(settings))
        listener = listening(settings)
    except (CannotStart, UnfitControls) as problem:
        sys.exit(f"error: {problem}")
    with listener:
        uvicorn.Server(server_config(app, settings.host, settings.port)).run(sockets=[listener])


async def try_store(settings: Settings) -> None:
    """Open the store once before serving: a fault is then one line and not a server's traceback. Raises: CannotStart."""
    try:
        async with await open_store(settings), SqliteLedger.opened(settings.state / LEDGER):
            pass
    except StorageError as fault:
        raise CannotStart(f"the store cannot be used: {fault}") from fault


def listening(settings: Settings) -> socket.socket:
    """The socket to serve on. Raises: CannotStart: the address is taken or is none of this machine's."""
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as fault:
        number = fault.errno or 0  # negative where the name could not be resolved
        reason = os.strerror(number) if number > 0 else fault.strerror
        where = f"{settings.host}:{settings.port}"
        raise CannotStart(f"cannot listen on {where}: {reason}; set ROAM_HOST or ROAM_PORT") from None


if __name__ == "__main__":
    main()
