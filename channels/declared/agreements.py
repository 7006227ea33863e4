"""`agreements/*.yaml`: directed and dated grants between cities.  What they permit is decided in `roaming/`."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag

from channels.declared.references import CitySlug
from channels.declared.strict_model import FormatVersion, Model
from channels.declared.vocabulary import Claim
from channels.text.refusal import refuse
from channels.text.scalars import Day, EachOnce, Positive, ServiceCode, Some, String, Words

_YUAN = re.compile(r"[0-9]+(?:\.[0-9]{1,2})?")


def _money(value: object) -> Decimal:
    if isinstance(value, str) and _YUAN.fullmatch(value):
        return Decimal(value)
    raise refuse("number", value)


def _decided(value: object) -> object:
    """Two of the seven states are nobody's decision: dates and flags make them."""
    if value in ("SUSPENDED", "EXPIRED"):
        raise refuse("derived_state", value)
    return value


Decision: TypeAlias = Literal["DRAFT", "PENDING", "ACTIVE", "ARCHIVED", "REJECTED"]
"""What people decide about an agreement; tests/roaming/test_states.py holds it against the graph's seven states."""
Side: TypeAlias = Literal["provider", "consumer", "gateway"]


class Quota(Model):
    """How often the border may be crossed under the agreement; what is not given is not limited.

    `city`: a consumer city, all its citizens together.  `app`: a client of the gateway.  Days are Asia/Shanghai days.
    """

    per_citizen_per_day: Positive | None = None
    per_app_per_minute: Positive | None = None
    per_app_per_day: Positive | None = None
    per_city_per_minute: Positive | None = None
    per_day: Positive | None = None


class Fee(Model):
    """`per_call`: yuan."""

    per_call: Annotated[Decimal, BeforeValidator(_money)]
    settlement: String | None = None


class Validity(Model):
    """Both days included."""

    start: Day = Field(alias="from")
    until: Day

    def days_left(self, at: date) -> int:
        """From that day on, both it and the last day counted; 0 or less once it is over."""
        return (self.until - at).days + 1


class Party(Model):
    city: CitySlug
    signed_by: Words
    signed_on: Day


class Suspension(Model):
    """One flag: from the day `since` to the day `until`, both included; without `until` until it is taken away.

    `by`: whose flag; the three are independent of each other.  `city`: which consumer, for a consumer's flag.
    """

    by: Side = "gateway"
    city: CitySlug | None = None
    since: Day
    until: Day | None = None
    reason: Words

    def raised(self, at: date) -> bool:
        """Whether the flag is up on that day."""
        return self.since <= at and (self.until is None or at <= self.until)

    def stops(self, consumer: str) -> bool:
        """Whether the flag is about citizens of `consumer`: a consumer's flag stops nobody else's."""
        return self.by != "consumer" or self.city in (None, consumer)


def _flags(value: object) -> str:
    return "<flags>" if isinstance(value, (list, tuple)) else "<flag>"


Suspensions: TypeAlias = Annotated[
    Annotated[Suspension, Tag("<flag>")] | Annotated[tuple[Suspension, ...], Tag("<flags>")], Discriminator(_flags)
]


class Agreement(Model):
    """`provider` answers citizens of the `consumers` for `services`, and may be sent `claims`, no others.

    `suspended`: one flag, or several; a single one that does not say whose it is, is the gateway's.
    """

    roam: FormatVersion
    id: Words
    title: Words
    state: Annotated[Decision, BeforeValidator(_decided)] = "ACTIVE"
    provider: CitySlug
    consumers: Annotated[tuple[CitySlug, ...], EachOnce, Some]
    services: Annotated[tuple[ServiceCode, ...], EachOnce, Some]
    purpose: Words
    legal_basis: Words
    claims: Annotated[tuple[Claim, ...], EachOnce]
    quota: Quota = Quota()
    fee: Fee | None = None
    valid: Validity
    document: String | None = None
    parties: tuple[Party, ...]
    suspended: Suspensions | None = None

    @property
    def suspensions(self) -> tuple[Suspension, ...]:
        """Every flag, raised or not."""
        if self.suspended is None:
            return ()
        return self.suspended if isinstance(self.suspended, tuple) else (self.suspended,)

    def flags(self, at: date, consumer: str) -> tuple[Suspension, ...]:
        """The flags that are up on that day for citizens of `consumer`."""
        return tuple(flag for flag in self.suspensions if flag.raised(at) and flag.stops(consumer))

    def valid_on(self, at: date) -> bool:
        """Whether it is decided and dated so that it may open something on that day; flags are another matter."""
        return self.state == "ACTIVE" and self.valid.start <= at <= self.valid.until

    def in_force(self, at: date, consumer: str | None = None) -> bool:
        """Whether it opens its services to citizens of `consumer` on that day; None: of any consumer at all."""
        if consumer is None:
            return any(self.in_force(at, each) for each in self.consumers)
        return self.valid_on(at) and not self.flags(at, consumer)
