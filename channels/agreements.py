"""`agreements/*.yaml`: directed and dated grants between cities.  What they permit is decided in `roaming/`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from channels.models import FormatVersion, Model
from channels.scalars import Claim, Day, Positive, ServiceCode, Slug, String, refuse


def _money(value: object) -> Decimal:
    if isinstance(value, str) and value.replace(".", "", 1).isdigit():
        return Decimal(value)
    raise refuse("number", value)


def _signed(value: str) -> str:
    if not value.strip():
        raise refuse("text", '""')
    return value


class Quota(Model):
    per_citizen_per_day: Positive | None = None
    per_city_per_minute: Positive | None = None


class Fee(Model):
    """`per_call`: yuan."""

    per_call: Annotated[Decimal, BeforeValidator(_money)]
    settlement: String | None = None


class Validity(Model):
    """Both days included."""

    start: Day = Field(alias="from")
    until: Day


class Party(Model):
    city: Slug
    signed_by: Annotated[String, AfterValidator(_signed)]
    signed_on: Day


class Suspension(Model):
    since: Day
    reason: String


class Agreement(Model):
    """`provider` answers citizens of the `consumers` for `services`, and may be sent `claims`, no others."""

    roam: FormatVersion
    id: String
    title: String
    provider: Slug
    consumers: tuple[Slug, ...]
    services: tuple[ServiceCode, ...]
    purpose: String
    legal_basis: String
    claims: tuple[Claim, ...]
    quota: Quota = Quota()
    fee: Fee | None = None
    valid: Validity
    document: String | None = None
    parties: tuple[Party, ...]
    suspended: Suspension | None = None

    def in_force(self, at: date) -> bool:
        """Whether it is valid on that day and not suspended."""
        suspended = self.suspended is not None and self.suspended.since <= at
        return self.valid.start <= at <= self.valid.until and not suspended
