"""What the console shows: every city and agreement as they stand now, as plain values. Reads, decides nothing, asks no city."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from channels.declared.agreements import Agreement, Suspension
from channels.declared.models import Contact
from channels.declared.register import RegisterRow
from channels.deployment.snapshot import Channel, Snapshot
from channels.measured.figures import Spread
from resolvers.context import Services
from resolvers.fixed import CHINA, pair
from roaming import state_of
from roaming.openings import Opening
from schema.codes import AgreementState, Availability

Pair = Mapping[str, str]  # a text in `zh` and `en`
SOON_DAYS = 30


class State(StrEnum):
    """A city in one word, the worst first: what colours the map."""

    BROKEN = "BROKEN"
    PAUSED = "PAUSED"
    DOWN = "DOWN"
    DEGRADED = "DEGRADED"
    UNKNOWN = "UNKNOWN"
    UP = "UP"


@dataclass(frozen=True, slots=True)
class Held:
    """Paused by an operator: by whom, since when and why."""

    by: str
    at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The last edit that was not taken: each finding as `roam city check` shows it."""

    at: datetime | None
    zh: tuple[str, ...]
    en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unfitting:
    """What a city's own subgraph gives and does not go with the graph.  `earlier`: what it gave before is still in use."""

    found: Rejected
    earlier: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A city that is opened step by step. `until`: when to all; None: not by itself. `aborted`: why it was closed again.

    `over`: it is open to all by now.
    """

    percent: float
    allow: tuple[str, ...]
    until: datetime | None
    aborted: Pair | None
    over: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One revision that can be gone back to."""

    revision: str
    activated_at: datetime | None
    current: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation as it went lately. Milliseconds; None: not measured. `failed`: a share from 0 to 1.

    `breaker`: the state of its backend's in the processes; None where none is declared.
    """

    operation: str
    calls: int = 0
    failed: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    breaker: Spread | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """One agreement on a day.  `services`: their names; `days_left` counts the last day too, and is 0 or less once it is over."""

    id: str
    title: str
    provider: str
    consumers: tuple[str, ...]
    services: tuple[Pair, ...]
    state: AgreementState
    until: date
    days_left: int
    flags: tuple[Suspension, ...]

    @property
    def soon(self) -> bool:
        """Does it end within a month?"""
        return 0 < self.days_left <= SOON_DAYS

    def concerns(self, slug: str) -> bool:
        """Is the city one of its parties?"""
        return slug == self.provider or slug in self.consumers


@dataclass(frozen=True, slots=True)
class CityView:
    """One city. `revision` is empty where none is known; `measured` in the order of the operations' names.

    What was counted and timed is of all processes that serve: shares and times are those of their calls together.
    """

    slug: str
    code: str
    name: Pair
    app: Pair
    status: str
    state: State
    availability: Availability
    badge: str
    answered: float | None = None
    """The share of calls that were answered since the processes began; None without any."""
    p50_ms: float | None = None
    p95_ms: float | None = None
    revision: str = ""
    activated_at: datetime | None = None
    source: str = ""
    paused: Held | None = None
    pinned: bool = False
    rejected: Rejected | None = None
    unfit: Unfitting | None = None
    versions: tuple[Version, ...] = ()
    measured: tuple[Measured, ...] = ()
    spread: Spread | None = None
    """How the processes see the city, where those that know of it differ."""
    breaker: Spread | None = None
    """The worst breaker in each process, where a backend is left alone or tried anew in any."""
    contacts: tuple[Contact, ...] = ()
    opened: Opened | None = None
    """How far it is open; None where its files open it to all."""


@dataclass(frozen=True, slots=True)
class Done:
    """What an operator did: the word of the action, on which city, why."""

    at: datetime
    by: str
    city: str
    action: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Oversight:
    """Everything the console shows, at one moment.

    `processes`: whose figures these are. `alone`: those of the others cannot be had, these are one process's own.
    """

    at: datetime
    environment: str
    config: str
    graph: str
    cities: tuple[CityView, ...]
    agreements: tuple[Agreed, ...] = field(repr=False)
    done: tuple[Done, ...] = field(repr=False, default=())
    files: Mapping[str, Rejected] = field(repr=False, default_factory=dict)
    """The gateway's own files of which an edit was not taken."""
    processes: int = 1
    alone: bool = False

    def city(self, slug: str) -> CityView | None:
        """The city under a slug."""
        return next((city for city in self.cities if city.slug == slug), None)

    def agreement(self, number: str) -> Agreed | None:
        """The agreement under its number."""
        return next((one for one in self.agreements if one.id == number), None)

    def agreements_of(self, slug: str) -> tuple[Agreed, ...]:
        """The agreements a city is a party of, the first to end first."""
        return tuple(one for one in self.agreements if one.concerns(slug))


def opened_now(opening: Opening | None, at: datetime) -> Opened | None:
    """How far a city is open at a moment."""
    if opening is None:
        return None
    why = opening.aborted
    return Opened(
        percent=opening.percent,
        allow=tuple(sorted(opening.allow)),
        until=opening.until,
        aborted={"zh": why.zh, "en": why.en} if why else None,
        over=opening.over(at),
    )


def flagged(services: Services, day: date) -> Snapshot:
    """The snapshot, its agreements with the flags that stand now."""
    if services.suspensions is None:
        return services.snapshot
    services.suspensions.look(day)
    return services.suspensions.applied(services.snapshot)


def agreed(agreement: Agreement, register: Mapping[str, RegisterRow], day: date) -> Agreed:
    """How an agreement stands on a day."""
    return Agreed(
        id=agreement.id,
        title=agreement.title,
        provider=agreement.provider,
        consumers=agreement.consumers,
        services=tuple(pair(register[code].name) for code in agreement.services),
        state=state_of(agreement, day),
        until=agreement.valid.until,
        days_left=agreement.valid.days_left(day),
        flags=tuple(flag for flag in agreement.suspensions if flag.raised(day)),
    )


def state_word(channel: Channel, availability: Availability, *, paused: bool) -> State:
    """The one word for a city."""
    if paused or channel.status in ("PAUSED", "RETIRED"):
        return State.PAUSED
    if not channel.available:
        return State.BROKEN
    return State(availability.value)


def availability_of(seen: Spread | None) -> Availability:
    """How a city is available to those who ask any of the processes: as all see it that know; where they differ, DEGRADED."""
    known = known_states(seen)
    if len(known) > 1:
        return Availability.DEGRADED
    return Availability(known[0]) if known else Availability.UNKNOWN


def known_states(seen: Spread | None) -> tuple[str, ...]:
    """The states that some process sees and that say something of the city."""
    return tuple(state for state, _ in seen.states if state != Availability.UNKNOWN.value) if seen else ()


def today(services: Services) -> date:
    """The day in the cities' time zone."""
    return services.clock().astimezone(CHINA).date()
