"""What was tried, with everything that telling it needs: the declared rules, where they stand, and what was heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from channels.answer import Answer
from channels.ask import Ask
from channels.declared.agreements import Agreement
from channels.declared.models import (
    Auth,
    Backend,
    ChannelFile,
    MapEntry,
    Nested,
    OAuth2ClientAuth,
    Operation,
    RestBackend,
    SoapBackend,
)
from channels.declared.models import Each as EachRule
from channels.protocols.compiled import LOCAL, Compiled
from channels.protocols.reading import read_json, read_text
from channels.protocols.soap_envelope import read_envelope
from channels.protocols.trace import Event, Exchange, Opened, Proved
from channels.protocols.transport import Fault, Reply
from channels.text.diagnostics import Place
from channels.text.positions import Node, value_place
from schema.operations import OPERATIONS


def charset(backend: Backend) -> str:
    """The charset that answers are read in; GraphQL is JSON, and JSON between systems is UTF-8 (RFC 8259 §8.1)."""
    return backend.encoding if isinstance(backend, RestBackend | SoapBackend) else "utf-8"


def read_body(backend: Backend, reply: Reply) -> Any:
    """An answer decoded and parsed, not yet unwrapped.  Raises: ContractBroken, ValueError."""
    if isinstance(backend, SoapBackend):
        return read_envelope(read_text(reply, backend.encoding))
    return read_json(reply, charset(backend))


@dataclass(frozen=True, slots=True)
class Case:
    """`node`: the tree of `channel.yaml`, None where it is not at hand.  `began_at`: the wall clock at loop time `origin`."""

    config: ChannelFile
    compiled: Compiled
    ask: Ask
    answer: Answer
    began_at: datetime
    origin: float
    events: tuple[Event, ...] = ()
    node: Node | None = None
    agreements: tuple[Agreement, ...] = ()
    public_url: str = ""

    @property
    def rule(self) -> Operation:
        name = self.compiled.id
        rules = self.config.local if name.startswith(LOCAL) else self.config.operations
        return rules[name.removeprefix(LOCAL)]

    @property
    def backend(self) -> Backend:
        return self.config.backends[self.compiled.backend]

    @property
    def charset(self) -> str:
        return charset(self.backend)

    @property
    def auth(self) -> Auth | None:
        return self.config.auth.get(self.backend.auth) if self.backend.auth else None

    @property
    def output(self) -> str:
        """The type of the rows."""
        canonical = OPERATIONS.get(self.compiled.id)
        return (canonical.output if canonical else None) or self.compiled.id

    @property
    def token_exchanges(self) -> tuple[Exchange, ...]:
        """Requests for an OAuth token."""
        url = self.auth.token_url if isinstance(self.auth, OAuth2ClientAuth) else None
        return tuple(event for event in self._exchanges if url is not None and event.url == url)

    @property
    def calls(self) -> tuple[Exchange, ...]:
        """The attempts of the call itself, in order."""
        tokens = self.token_exchanges
        return tuple(event for event in self._exchanges if event not in tokens)

    @property
    def _exchanges(self) -> tuple[Exchange, ...]:
        return tuple(event for event in self.events if isinstance(event, Exchange))

    @property
    def proved(self) -> Proved | None:
        return next((event for event in reversed(self.events) if isinstance(event, Proved)), None)

    @property
    def opened(self) -> Opened | None:
        return next((event for event in reversed(self.events) if isinstance(event, Opened)), None)

    @property
    def reply(self) -> Reply | None:
        """The last complete answer, None where the last attempt got none."""
        result = self.calls[-1].result if self.calls else None
        return None if isinstance(result, Fault) else result

    @property
    def body(self) -> Any:
        """The answer decoded and parsed as the gateway does it.  Raises: ContractBroken, ValueError."""
        return None if self.reply is None else read_body(self.backend, self.reply)

    def place(self, *path: str | int) -> Place | None:
        """Where a value of this operation's rule stands."""
        name = self.compiled.id
        room = ("local", name.removeprefix(LOCAL)) if name.startswith(LOCAL) else ("operations", name)
        return value_place(self.node, (*room, *path)) if self.node is not None else None

    def place_of_backend(self, *path: str | int) -> Place | None:
        """Where a value of the backend's rule stands."""
        return value_place(self.node, ("backends", self.compiled.backend, *path)) if self.node is not None else None

    def entry(self, place: tuple[str, ...]) -> MapEntry | None:
        """The mapping's rule at a place such as `("steps", "map", "state")`."""
        rules, found = self.rule.response.mapping, None
        for step in place:
            if step == "map" and isinstance(found, EachRule | Nested):
                rules = found.mapping
            elif (found := rules.get(step)) is None:
                return None
        return found

    def skew_seconds(self, exchange: Exchange) -> float | None:
        """How far the city's clock is ahead of ours, by its Date header; None without one.

        The header counts whole seconds and was written between sending and receiving: half of either is what it may err by.
        """
        reply = exchange.result
        if isinstance(reply, Fault) or exchange.mark.headers_at is None:
            return None
        try:
            written = parsedate_to_datetime(reply.headers.get("date", ""))
        except ValueError:
            return None
        if written.tzinfo is None:
            written = written.replace(tzinfo=UTC)
        sent = exchange.mark.connected_at or exchange.mark.began_at
        middle = self.began_at + timedelta(seconds=(sent + exchange.mark.headers_at) / 2 - self.origin)
        return (written + timedelta(seconds=0.5) - middle).total_seconds()
