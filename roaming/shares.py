"""Offer ∩ agreement: may this city answer that operation for a citizen of that home city?

1. At home everything the channel declares is open.
2. Public information (an operation that sends nothing about a citizen) needs no agreement.
3. Otherwise one service that lists the operation must be offered to the home city, be named by an agreement in force, and the
   claims of both must cover what the operation sends. Any such service is enough; the rows of the others are not asked for.

Fails closed: whatever is not granted is a `Denial` with its reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from channels.declared.agreements import Agreement
from channels.declared.models import Offer
from channels.deployment.snapshot import Channel, Snapshot
from schema.codes import ErrorCode, ShareDenial

from . import agreements
from .terms import Terms

ACCOUNT = "account."  # linking and signing on belong to no single service
CLOSED = {"PAUSED": ErrorCode.CHANNEL_PAUSED, "RETIRED": ErrorCode.CHANNEL_RETIRED}


@dataclass(frozen=True, slots=True)
class Share:
    """One service of a city, as open to another city: who, under which agreement, or why not.

    `agreement` of a refusal: the one that opens nothing now; `text` says why in `zh` and `en`, `since` from which day on.
    """

    service: str
    allowed: bool
    reason: ShareDenial | None = None
    agreement: Agreement | None = None
    text: Mapping[str, str] | None = field(default=None, compare=False)
    since: date | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """The city may be asked. `kinds` narrows list rows by their `kind`; None narrows nothing.

    `shares`: the services that it rests on, each with its agreement; none at home and for public information.
    `consent_id`: the citizen's consent, once that has been looked at.
    """

    agreement_id: str | None = None
    kinds: frozenset[str] | None = None
    agreement_of_kind: tuple[tuple[str, str], ...] = ()
    shares: tuple[Share, ...] = field(default=(), compare=False)
    purpose: str | None = field(default=None, compare=False)
    legal_basis: str | None = field(default=None, compare=False)
    consent_id: str | None = field(default=None, compare=False)

    @property
    def agreements(self) -> tuple[str, ...]:
        """The ids of every agreement that a row may rest on, each once; none at home."""
        if self.kinds is None:
            return (self.agreement_id,) if self.agreement_id else ()
        return tuple(dict.fromkeys(number for kind, number in self.agreement_of_kind if kind in self.kinds))

    def covers(self, kind: str | None) -> bool:
        """May a row of `kind` be asked for and handed out?"""
        return self.kinds is None or kind in self.kinds

    def agreement_for(self, kind: str | None) -> str | None:
        """The agreement that a row of `kind` rests on."""
        return dict(self.agreement_of_kind).get(kind or "", self.agreement_id)


@dataclass(frozen=True, slots=True)
class Denial:
    """The city is not asked. `offered` is False where the city has no such operation at all.

    `reason`: a sentence of its own, in `zh` and `en`, where the code's is not enough. `consent`: what the citizen would have
    to consent to. `since`: the day it holds from; `retry_after` in seconds; `agreement_id`: which opens nothing now.
    """

    code: ErrorCode
    offered: bool = True
    reason: Mapping[str, str] | None = field(default=None, compare=False)
    since: date | None = field(default=None, compare=False)
    retry_after: int | None = field(default=None, compare=False)
    agreement_id: str | None = field(default=None, compare=False)
    consent: Terms | None = None


DENIAL_CODES = {
    ShareDenial.NO_AGREEMENT: ErrorCode.NO_AGREEMENT,
    ShareDenial.NOT_OFFERED: ErrorCode.NO_AGREEMENT,
    ShareDenial.AGREEMENT_EXPIRED: ErrorCode.AGREEMENT_EXPIRED,
    ShareDenial.AGREEMENT_SUSPENDED: ErrorCode.AGREEMENT_SUSPENDED,
    ShareDenial.CHANNEL_PAUSED: ErrorCode.CHANNEL_PAUSED,
}
NEAREST = tuple(reversed(DENIAL_CODES))  # of several services' reasons the one told: the nearest to a yes


def is_to(offer: Offer, consumer: str) -> bool:
    """Is the offer made to citizens of `consumer`?"""
    return offer.to == "ANY" or consumer in offer.to


def offers_to(channel: Channel, service: str, consumer: str) -> bool:
    return any(service in offer.services and is_to(offer, consumer) for offer in channel.offers)


def sendable(channel: Channel, consumer: str, shares: Sequence[Share]) -> frozenset[str]:
    """The claims that may be sent for some of the services: in an offer of the service and in its agreement."""
    offers = [offer for offer in channel.offers if is_to(offer, consumer)]
    return frozenset(
        claim
        for each in shares
        if each.agreement
        for offer in offers
        if each.service in offer.services
        for claim in set(offer.claims) & set(each.agreement.claims)
    )


def is_public(channel: Channel, service: str) -> bool:
    """Public information: operations that send nothing about a citizen, and nothing else."""
    listed = {operation for p in channel.providers if p.code == service for operation in p.operations}
    return bool(listed) and all(not channel.operations[operation].needs for operation in listed)


def covers(agreement: Agreement, provider: str, consumer: str, service: str) -> bool:
    """Does the agreement name this provider, consumer and service?"""
    return agreement.provider == provider and consumer in agreement.consumers and service in agreement.services


def refused(service: str, named: Sequence[Agreement], at: date, consumer: str) -> Share:
    """Why none of the agreements that name the share opens it on the day `at`."""
    closest = agreements.nearest(named, at, consumer)
    if closest is None:
        return Share(service, allowed=False, reason=ShareDenial.NO_AGREEMENT)
    reason, text, since = agreements.explained(closest, at, consumer)
    return Share(service, allowed=False, reason=reason, agreement=closest, text=text, since=since)


def closed(channel: Channel) -> Denial | None:
    """A channel that answers nobody now: paused, retired, or without a valid file."""
    if not channel.available:
        return Denial(ErrorCode.CHANNEL_PAUSED)
    code = CLOSED.get(channel.status)
    return Denial(code) if code else None


def share(
    snapshot: Snapshot,
    channel: Channel,
    consumer: str,
    service: str,
    at: date,
    *,
    needs: frozenset[str] = frozenset(),
) -> Share:
    """Whether citizens of `consumer` may use `service` of this city on the day `at`, and why not.

    Of several agreements in force the first that covers the claims `needs` is named, else the first.
    """
    if closed(channel):
        return Share(service, allowed=False, reason=ShareDenial.CHANNEL_PAUSED)
    if consumer == channel.slug:
        return Share(service, allowed=True)
    if not offers_to(channel, service, consumer):
        return Share(service, allowed=False, reason=ShareDenial.NOT_OFFERED)
    if is_public(channel, service):
        return Share(service, allowed=True)
    named = [a for a in snapshot.agreements if covers(a, channel.slug, consumer, service)]
    if in_force := [a for a in named if a.in_force(at, consumer)]:
        covering = next((a for a in in_force if needs <= frozenset(a.claims)), in_force[0])
        return Share(service, allowed=True, agreement=covering)
    return refused(service, named, at, consumer)


def shares(snapshot: Snapshot, channel: Channel, consumer: str, at: date) -> Iterator[Share]:
    """Every service the city offers to `consumer`, each once, in the order of the offers; at home every one it lists."""
    listed = (provider.code for provider in channel.providers)
    offered = (service for offer in channel.offers if is_to(offer, consumer) for service in offer.services)
    for service in dict.fromkeys(listed if consumer == channel.slug else offered):
        yield share(snapshot, channel, consumer, service, at)


def authorize(
    snapshot: Snapshot, channel: Channel, operation: str, home: str | None, at: date, *, service: str | None = None
) -> Grant | Denial:
    """May `channel` answer `operation` for a citizen whose home city is `home` (a slug)?

    `service` narrows the question to one service (a launch); None lets any service that lists the operation serve.
    """
    if denial := closed(channel):
        return denial
    compiled = channel.operations.get(operation)
    if compiled is None:
        return Denial(ErrorCode.NOT_OFFERED, offered=False)
    if home == channel.slug or not compiled.needs:
        return Grant()
    if home is None:
        return Denial(ErrorCode.NO_AGREEMENT)
    candidates = (service,) if service else services_of(channel, operation)
    needs = frozenset(need.upper() for need in compiled.needs)
    found = [share(snapshot, channel, home, code, at, needs=needs) for code in candidates]
    allowed = [each for each in found if each.allowed and needs <= sendable(channel, home, [each])]
    return grant(snapshot, allowed) if allowed else refusal(found)


def services_of(channel: Channel, operation: str) -> tuple[str, ...]:
    """The services that list `operation`; account operations belong to all that the city offers."""
    if operation.startswith(ACCOUNT):
        return tuple(dict.fromkeys(chain.from_iterable(offer.services for offer in channel.offers)))
    return tuple(dict.fromkeys(p.code for p in channel.providers if operation in p.operations))


def grant(snapshot: Snapshot, allowed: Sequence[Share]) -> Grant:
    """One grant for all allowed services: the union of their rows, each row with its own agreement."""
    by_kind: dict[str, str] = {}
    narrowed = True
    for each in allowed:
        item = snapshot.register.get(each.service)
        kinds = item.kinds if item else ()
        narrowed = narrowed and bool(kinds)
        for kind in kinds:
            by_kind.setdefault(kind, each.agreement.id if each.agreement else "")
    first = allowed[0].agreement
    return Grant(
        agreement_id=first.id if first else None,
        kinds=frozenset(by_kind) if narrowed else None,
        agreement_of_kind=tuple(by_kind.items()) if narrowed else (),
        shares=tuple(allowed),
        purpose=first.purpose if first else None,
        legal_basis=first.legal_basis if first else None,
    )


def refusal(found: Sequence[Share]) -> Denial:
    """The refusal that came nearest to a yes, with its sentence."""
    refusals = [(NEAREST.index(s.reason), s.text is None, s) for s in found if s.reason in NEAREST]
    if not refusals:
        return Denial(ErrorCode.NO_AGREEMENT)
    told = min(refusals, key=lambda each: each[:2])[2]
    assert told.reason is not None  # noqa: S101 - it stands in NEAREST
    number = told.agreement.id if told.agreement else None
    return Denial(DENIAL_CODES[told.reason], reason=told.text, since=told.since, agreement_id=number)


def standing(snapshot: Snapshot, channel: Channel, home: str | None, at: date) -> str:
    """LOCAL at home, ROAMING where any agreement opens a service to the home city, else VISITOR."""
    if home == channel.slug:
        return "LOCAL"
    roaming = home is not None and any(s.allowed and s.agreement for s in shares(snapshot, channel, home, at))
    return "ROAMING" if roaming else "VISITOR"
