"""Venues, their slots, and a citizen's appointments."""

import strawberry
from strawberry import ID

from schema.declare import row
from schema.directives import Assurance, Pii, Public
from schema.enums import AppointmentKind, AppointmentState, AssuranceLevel, PiiLevel
from schema.money import Money
from schema.node import Node
from schema.paging import PageInfo
from schema.provenance import CityCoverage, FromCity
from schema.scalars import Cursor, DateTime


@strawberry.type(description="可预约机构(医院、婚登处等)。 A venue: hospital, registry office.", directives=[Public()])
class Venue(Node, FromCity):
    name: str
    kind: AppointmentKind
    address: str | None
    departments: list[str]


@strawberry.type(description="机构分页。 Page of venues.")
class VenueConnection:
    nodes: list[Venue]
    page_info: PageInfo


@strawberry.type(description="号源。 A bookable slot.")
class Slot(FromCity):
    id: ID
    venue_id: ID
    department: str | None
    doctor: str | None
    starts_at: DateTime
    ends_at: DateTime | None
    remaining: int | None
    fee: Money | None


@strawberry.type(description="预约。 An appointment.", directives=[Assurance(level=AssuranceLevel.REAL_NAME)])
class Appointment(Node, FromCity):
    kind: AppointmentKind
    state: AppointmentState
    venue_name: str = row("", Pii(level=PiiLevel.PERSONAL))
    department: str | None = row("", Pii(level=PiiLevel.SENSITIVE))
    starts_at: DateTime
    visit_code: str | None = row("", Pii(level=PiiLevel.PERSONAL))


@strawberry.type(description="预约边。 Appointment edge.")
class AppointmentEdge:
    node: Appointment
    cursor: Cursor


@strawberry.type(description="预约扇出结果。 Appointments from several cities.")
class AppointmentResult:
    edges: list[AppointmentEdge]
    nodes: list[Appointment]
    page_info: PageInfo
    coverage: list[CityCoverage]
