"""A small simulator of cities behind the interface of `Connections`, and requests over it."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from graphql import GraphQLSchema

from channels.answer import Answer, Failure, Page
from channels.ask import Ask
from channels.deployment.snapshot import Channel, Snapshot, load
from channels.failures import failure
from identity import links
from identity.claims import UserInfo
from identity.seal import Sealer
from identity.viewer import Viewer
from resolvers import Context, Listing, Services, catalogue_index
from resolvers.context import RunningGraph
from roaming import Consent, Consents, Journal, LedgerUnavailable, Outcome, Record, Usage, consents, deliveries, journal
from roaming.mandates import MIGRATIONS as MANDATES
from roaming.mandates import Mandates
from schema.codes import AssuranceLevel, ErrorCode
from storage import Database

ROOT = Path(__file__).resolve().parents[2] / "cities"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = b"k" * 32
Row = dict[str, Any]


@cache
def snapshot() -> Snapshot:
    """The project's own five cities."""
    loaded = load(ROOT, environment="sandbox", at=date(2026, 11, 22))
    assert loaded.snapshot is not None
    return loaded.snapshot


@dataclass
class City:
    """What one simulated city holds, in the order in which it sends it, and how it pages.

    `opaque`: positions are texts that name the next row, else numbers of pages.
    """

    rows: Sequence[Row] = ()
    size: int = 3
    opaque: bool = False
    fault: ErrorCode | None = None

    def page(self, position: str | int | None) -> Page:
        start = int(str(position).removeprefix("row-")) if self.opaque else int(position or 0) * self.size
        rows, following = tuple(self.rows[start : start + self.size]), start + self.size
        more = following < len(self.rows)
        number = f"row-{following}" if self.opaque else following // self.size
        return Page(rows, 0, number if more else None, None, NOW)


@dataclass
class Simulator:
    """Every city by slug; the operations asked, in order. `health` is not simulated."""

    cities: Mapping[str, City]
    asked: list[tuple[str, Ask]] = field(default_factory=list)

    async def call(self, channel: Channel, ask: Ask, position: str | int | None = None) -> Answer:
        self.asked.append((channel.slug, ask))
        city = self.cities[channel.slug]
        if city.fault:
            return failure(city.fault)
        return city.page(position if position is not None or not city.opaque else "row-0")

    async def purge(self, subject: str, city: str | None = None) -> int:
        """Nothing is kept here."""
        return 0


class Book:
    """A ledger in memory; nothing can be recorded while it is `shut`."""

    def __init__(self) -> None:
        self.usages: list[Usage] = []
        self.shut = False

    async def append(self, usage: Usage) -> None:
        self.note(usage)

    def note(self, usage: Usage) -> None:
        if self.shut:
            raise LedgerUnavailable
        self.usages.append(usage)

    async def ready(self, *, write: bool) -> None:
        if self.shut:
            raise LedgerUnavailable

    async def outcome_of(self, call: str) -> Outcome | None:
        return next((usage.outcome for usage in self.usages if usage.call == call), None)

    async def records_of(
        self, subject: str, *, visited: Sequence[str] | None, before: int | None, most: int
    ) -> tuple[Record, ...]:
        found = [
            Record(number, usage, "", "") for number, usage in enumerate(self.usages, 1) if usage.subject == subject
        ]
        wanted = [r for r in found if visited is None or r.usage.visited in visited]
        return tuple(r for r in reversed(wanted) if before is None or r.sequence < before)[:most]


class Consenting(Consents):
    """Consents of people who have consented to all that the agreements name, since yesterday."""

    async def of(self, citizen: str) -> tuple[Consent, ...]:
        return tuple(
            Consent(
                id=f"{agreement.id} {consumer}",
                provider=agreement.provider,
                consumer=consumer,
                services=agreement.services,
                claims=tuple(agreement.claims),
                granted_at=later(days=-1),
                expires_at=later(days=1),
                purposes=dict.fromkeys(agreement.services, agreement.purpose),
            )
            for agreement in snapshot().agreements
            for consumer in agreement.consumers
        )


class Provider:
    """An identity provider that knows everybody; `asked` counts its UserInfo calls, which wait for `open`."""

    def __init__(self) -> None:
        self.asked = 0
        self.open = asyncio.Event()
        self.open.set()

    async def claims(self, viewer: Viewer, now: datetime) -> Mapping[str, str]:
        self.asked += 1
        await self.open.wait()
        return {"name": "测试", "id_number": "510600199001010011", "phone": "19900000001"}


class Unlinked:
    """Links where there is no store: nothing was ever recorded."""

    async def of(self, citizen: str) -> Mapping[str, links.Link]:
        return {}


def citizen(home: str = "510600", subject: str = "somebody", expires_at: datetime | None = None) -> Viewer:
    return Viewer(subject, home, AssuranceLevel.REAL_PERSON, "token", "https://idp.example", expires_at)


def services(database: Database | None, cities: Mapping[str, City], provider: Provider | None = None) -> Services:
    sealer, held = Sealer(KEY), snapshot()
    listing = Listing.of(held, sealer)
    store = cast("Database", database)
    return Services(
        snapshot=held,
        connections=cast("Any", Simulator(cities)),
        index=catalogue_index(listing),
        listing=listing,
        user_info=cast("UserInfo", provider or Provider()),
        links=links.Links(store) if database else cast("links.Links", Unlinked()),
        consents=Consenting(store),
        journal=Journal(store),
        ledger=Book(),
        mandates=Mandates(store),
        sealer=sealer,
        pairwise_salt=KEY,
        store_key=KEY,
        clock=lambda: NOW,
        version="0",
        graph=RunningGraph(GraphQLSchema(), "0", ""),
        subgraph=RunningGraph(GraphQLSchema(), "0", ""),
        budget_seconds=5,
    )


def request(held: Services, viewer: Viewer | None = None) -> Context:
    deadline = asyncio.get_running_loop().time() + held.budget_seconds
    return Context(held, viewer or Viewer.anonymous(), "en", "req-1", deadline)


@asynccontextmanager
async def store() -> Any:
    """A real store with the tables of links, consents and the journal."""
    with TemporaryDirectory() as folder:
        tables = (links.MIGRATIONS, consents.MIGRATIONS, journal.MIGRATIONS, deliveries.MIGRATIONS, MANDATES)
        async with await Database.open(Path(folder) / "gateway.sqlite", tables) as database:
            yield database


def later(**by: float) -> datetime:
    return NOW + timedelta(**by)


def is_failure(answer: object, code: ErrorCode) -> bool:
    return isinstance(answer, Failure) and answer.code is code
