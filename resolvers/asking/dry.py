"""A dry run: the same answers and decisions as in earnest, over cities that nobody asks.

What an answer reads (snapshot, links, consents, the identity provider's claims) is real, since decisions rest on it. What would
leave a trace is replaced: cities give an empty page, the ledger keeps nothing, quotas are looked at and not counted (so each
crossing is judged as if it were the next one), mutations are not begun (`watch`), and the journal is closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn, Protocol, cast

from graphql import GraphQLError, OperationType

from channels.answer import Failure
from channels.calls.connections import Connections
from channels.calls.health import Health
from channels.deployment.snapshot import Channel
from channels.failures import failure
from channels.protocols.compiled import Compiled
from resolvers.asking.watch import Watch
from resolvers.context import Context, Services
from roaming import Journal, Ledger, Usage
from roaming.ledger import Outcome, Record
from roaming.quotas import Crossing, Exceeded, Quotas
from schema.codes import ErrorCode
from storage import Database


class Readied(Protocol):
    """An operation that may be run, with its variables."""

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""

    @property
    def name(self) -> str | None:
        """As written."""

    async def run(self, context: Context) -> Sequence[GraphQLError]:
        """Run it on the context of a dry run. Returns: the errors of its answer; its data is of no interest."""


class DryRunner(Protocol):
    """How an operation is prepared: the edge's own way."""

    def prepare(
        self, context: Context, text: str, name: str | None, variables: Mapping[str, Any]
    ) -> Readied | Sequence[GraphQLError]:
        """The operation, or every reason why it may not be run."""


class UnaskedCities:
    """Stands in for `Connections`: nobody is asked."""

    def __init__(self, real: Connections, watch: Watch) -> None:
        self._real, self._watch = real, watch

    @property
    def health(self) -> Health:
        """As it is."""
        return self._real.health

    async def call(self, *_: object) -> Failure:
        """What is asked past the watch is refused."""
        return failure(ErrorCode.INTERNAL, "a dry run asks no city")

    async def query(self, channel: Channel, operation: Compiled, *_: object, **__: object) -> Any:
        """Note that the city's own subgraph would be asked; its answer holds nothing."""
        self._watch.joined(channel, operation)
        return {"data": None}


class UnkeptLedger:
    """Stands in for the ledger: reads it, and keeps nothing."""

    def __init__(self, real: Ledger) -> None:
        self._real = real

    async def append(self, usage: Usage) -> None:
        """Not kept."""

    def note(self, usage: Usage) -> None:
        """Not kept."""

    async def ready(self, *, write: bool) -> None:
        """As it is: where nothing can be recorded, nothing crosses."""
        await self._real.ready(write=False)

    async def outcome_of(self, call: str) -> Outcome | None:
        """As it is."""
        return await self._real.outcome_of(call)

    async def records_of(
        self, subject: str, *, visited: Sequence[str] | None, before: int | None, most: int
    ) -> tuple[Record, ...]:
        """As they are."""
        return await self._real.records_of(subject, visited=visited, before=before, most=most)


@dataclass(frozen=True, slots=True)
class UnspentQuotas:
    """Stands in for the quotas: what is left, without counting."""

    real: Quotas

    async def spend(self, crossing: Crossing, at: datetime) -> Exceeded | None:
        """What counting one more would say."""
        return await self.real.left(crossing, at)


class ClosedJournal:
    """Stands in for the journal: what was kept may be read; no mutation begins, and one that got here ends here."""

    def __init__(self, real: Journal) -> None:
        self._real = real

    @property
    def database(self) -> Database:
        """As it is: held deliveries are read from it."""
        return self._real.database

    @property
    def worker(self) -> str:
        """As it is."""
        return self._real.worker

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError(f"in a dry run the journal is closed: {name}")


def dry(context: Context, watch: Watch) -> Context:
    """The same request, to be run dry: it leaves no trace, and `watch` sees what it would have asked."""
    real = context.services
    services: Services = replace(
        real,
        connections=cast("Connections", UnaskedCities(real.connections, watch)),
        ledger=UnkeptLedger(real.ledger),
        quotas=cast("Quotas", UnspentQuotas(real.quotas)),
        journal=cast("Journal", ClosedJournal(real.journal)),
    )
    return replace(context, services=services, watch=watch, errors=[], extensions={}, too_low=[], spent={})
