"""What a process is told from outside, and what it needs of that before it can open: settings, providers, keys, the store, its log.

Whatever is missing is said in one line, `CannotStart`.
"""

import os
import re
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Self, TextIO

import structlog
from aiohttp import ClientSession

from channels.declared.secrets import MissingSecret, Secrets
from channels.deployment.editions import Editions
from channels.deployment.snapshot import Loaded, Snapshot
from channels.deployment.trusted import issuers_of
from channels.measured import rollout_log
from channels.revisions import history
from channels.revisions.candidate import Candidate, Ground, activations
from channels.revisions.history import Activation, Standing, standing_in
from channels.revisions.watching import Fingerprint, fingerprint
from channels.text.diagnostics import Renderer
from identity import Proofs, links, sessions
from identity.entrance import Entrance
from identity.issuers import AmbiguousIssuers, Issuer, UnsafeAlgorithm
from identity.seal import Sealer
from resolvers.serving.activation import begun
from roaming import SqliteLedger, consents, deliveries, journal, mandates, suspensions
from roaming.counts import UnfitUrl, redis_url
from roaming.ledger_store import FILE as LEDGER
from schema.codes import AssuranceLevel
from storage import Database, StorageError

DATABASE = "gateway.sqlite"
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


def usable(loaded: Loaded, settings: Settings) -> Snapshot:
    """The snapshot. Raises: CannotStart: there is none, and there never was."""
    if loaded.snapshot is None:
        renderer = Renderer("en", dict(loaded.sources))
        for diagnostic in loaded.diagnostics:
            sys.stderr.write(f"{renderer.render(diagnostic)}\n" if diagnostic.severity == "error" else "")
        raise CannotStart(f"{settings.root}: no usable channel files; run `roam city check --root {settings.root}`")
    return loaded.snapshot


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
    rooms = (links, sessions, consents, journal, deliveries, suspensions, mandates, history, rollout_log)
    return await Database.open(settings.state / DATABASE, tuple(room.MIGRATIONS for room in rooms))


@dataclass(frozen=True, slots=True)
class Begun:
    """The files as a process found them, and what it made of them with the history's help."""

    ground: Ground
    seen: Fingerprint
    standing: Standing
    candidate: Candidate
    told: Mapping[str, Activation]


def begin(settings: Settings, at: datetime) -> Begun:
    """Read the files; what does not hold is put back as it last was good. Raises: CannotStart."""
    state = settings.state
    ground = Ground(
        settings.root, settings.environment, settings.secrets, settings.overlays, Editions(state / "history")
    )
    seen = fingerprint(ground.watched)
    try:
        standing = standing_in(state / DATABASE)
    except StorageError as fault:
        raise CannotStart(f"the store cannot be used: {fault}") from fault
    candidate = begun(ground, standing, at)
    for found in candidate.rejected.values():
        sys.stderr.write(f"{found.en}\n")
    return Begun(ground, seen, standing, candidate, activations(candidate, standing, at))


class Entrances:
    """The entrance that is open now: to the providers that `roam.yaml` names now. Raises: CannotStart: it names none that are fit."""

    def __init__(self, settings: Settings, snapshot: Snapshot) -> None:
        self._settings = settings
        self.issuers = issuers(settings, snapshot)
        self._terms = _terms(snapshot)
        self._build: Callable[[], Entrance] | None = None
        self.now: Entrance | None = None

    @property
    def acr(self) -> Mapping[str, Mapping[str, AssuranceLevel]]:
        """What each provider's words for assurance mean, by its URL."""
        return {each.url: each.acr for each in self.issuers}

    def open(self, *, database: Database, sealer: Sealer, http: ClientSession, proofs: Proofs) -> Entrance:
        """The first of this process; later ones stand on the same store, session and memory of proofs."""

        def build() -> Entrance:
            public_url, lived = self._terms
            return Entrance.build(
                self.issuers,
                public_url,
                lifetimes=lived,
                database=database,
                sealer=sealer,
                http=http,
                proofs=proofs,
            )

        self._build, self.now = build, build()
        return self.now

    def follow(self, snapshot: Snapshot) -> Entrance | None:
        """Let in whom the files name now. Returns: the new entrance; None where the one of before stays open.

        Where they name none that are fit, that is told, and those of before are let in.
        """
        try:
            found = issuers(self._settings, snapshot)
        except CannotStart as problem:
            sys.stderr.write(f"error: {problem}\n")
            return None
        terms = _terms(snapshot)
        if self._build is None or (found == self.issuers and terms == self._terms):
            return None
        self.issuers, self._terms = found, terms
        self.now = self._build()
        return self.now


def _terms(snapshot: Snapshot) -> tuple[str, sessions.Lifetimes]:
    """Where the gateway is reached, and how long a browser's session lives there."""
    rule = snapshot.settings.identity.sessions
    return snapshot.settings.gateway.public_url, sessions.Lifetimes(rule.absolute, rule.idle)


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


def log_to(stream: TextIO) -> None:
    """Every log line of the process as one JSON object."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
