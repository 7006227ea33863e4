"""The object types of Chengdu's subgraph, each made from a record by its `of`."""

from datetime import date, datetime
from typing import Self

import strawberry

from sandbox.chengdu import hospitals as places
from sandbox.chengdu import records
from sandbox.chengdu.bookings import BookingRecord
from sandbox.store import Body


@strawberry.type
class Yuan:
    amount: str


@strawberry.type
class PageEnd:
    end_cursor: str | None
    has_next_page: bool


@strawberry.type
class HouseholdBill:
    id: strawberry.ID
    kind: str
    state: str
    account_no: str
    payee: str
    amount: Yuan
    period: str
    due_on: date
    paid_at: datetime | None

    @classmethod
    def of(cls, bill: records.BillRecord) -> Self:
        return cls(
            id=strawberry.ID(bill.id),
            kind=bill.kind,
            state=bill.state,
            account_no=bill.account_no,
            payee=bill.payee,
            amount=Yuan(amount=f"{bill.yuan:.2f}"),
            period=bill.period,
            due_on=bill.due_on,
            paid_at=bill.paid_at,
        )


@strawberry.type
class BillPage:
    nodes: list[HouseholdBill]
    page_info: PageEnd


@strawberry.type
class Insurance:
    type: str
    status: str
    employer: str | None
    months: int | None
    balance: str | None
    last_month: str | None

    @classmethod
    def of(cls, record: records.InsuranceRecord) -> Self:
        return cls(
            type=record.type,
            status=record.status,
            employer=record.employer,
            months=record.months,
            balance=f"{record.balance:.2f}",
            last_month=record.last_month,
        )


@strawberry.type
class Fund:
    status: str
    employer: str | None
    balance: str
    monthly: str | None
    paid_to: str | None

    @classmethod
    def of(cls, record: records.FundRecord) -> Self:
        return cls(
            status=record.status,
            employer=record.employer,
            balance=f"{record.balance:.2f}",
            monthly=f"{record.monthly:.2f}",
            paid_to=record.paid_to,
        )


@strawberry.type
class Booking:
    id: strawberry.ID
    status: str
    hospital: str
    department: str
    begin: datetime
    code: str | None

    @classmethod
    def of(cls, record: BookingRecord) -> Self:
        return cls(
            id=strawberry.ID(record.id),
            status=record.status,
            hospital=record.hospital,
            department=record.department,
            begin=record.begins_at,
            code=record.code,
        )


@strawberry.type
class Department:
    name: str


@strawberry.type
class Hospital:
    id: strawberry.ID
    name: str
    address: str
    departments: list[Department]

    @classmethod
    def of(cls, hospital: places.Hospital) -> Self:
        departments = [Department(name=name) for name in hospital.departments]
        return cls(id=strawberry.ID(hospital.id), name=hospital.name, address=hospital.address, departments=departments)


@strawberry.type
class HospitalPage:
    nodes: list[Hospital]
    page_info: PageEnd


@strawberry.type
class ConsultingSlot:
    id: strawberry.ID
    hospital: Hospital
    department: str
    doctor: str
    begin: datetime
    end: datetime
    left: int
    fee: str

    @classmethod
    def of(cls, slot: places.Slot) -> Self:
        return cls(
            id=strawberry.ID(slot.id),
            hospital=Hospital.of(slot.hospital),
            department=slot.department,
            doctor=slot.doctor,
            begin=slot.begin,
            end=slot.end,
            left=places.PLACES,
            fee=f"{slot.fee:.2f}",
        )


@strawberry.type
class Outage:
    id: strawberry.ID
    type: str
    title: str
    area: str
    url: str
    published_at: datetime
    begin: datetime
    end: datetime

    @classmethod
    def of(cls, record: records.OutageRecord) -> Self:
        return cls(
            id=strawberry.ID(record.id),
            type=record.type,
            title=record.title,
            area=record.area,
            url=f"https://m.cd.example.gov.cn/outages/{record.id}",
            published_at=record.published_at,
            begin=record.begin,
            end=record.end,
        )


@strawberry.type
class OutagePage:
    nodes: list[Outage]
    page_info: PageEnd


@strawberry.type
class Link:
    status: str
    linked_at: str | None


@strawberry.type
class Launch:
    url: str
    expires_at: str


@strawberry.type
class Request:
    """What became of a mutation: `state` is DONE, REFUSED or NONE; the answer stands under what it is."""

    state: str
    code: str | None = None
    booking: Booking | None = None
    binding: Link | None = None
    entry: Launch | None = None

    @classmethod
    def of(cls, operation: str, state: str, code: str | None, answer: Body | None) -> Self:
        match operation if answer else "":
            case "book" | "cancel":
                return cls(state=state, booking=Booking.of(BookingRecord.of(answer or {})))
            case "link":
                return cls(state=state, binding=Link(**(answer or {})))
            case "launch":
                return cls(state=state, entry=Launch(**(answer or {})))
        return cls(state=state, code=code)


@strawberry.type(name="ChengduDistrict")
class District:
    code: str
    name: str
    service_count: int


def count_of(number: str) -> int:
    """How many services of its own a district offers in this sandbox: made up, the same every day."""
    return 15 + int(number) * 7 % 29


@strawberry.federation.type(keys=["code"])
class City:
    """What Chengdu adds to the graph's City: its 20 districts, cities and counties and its two zones."""

    code: str
    districts: list[District]

    @classmethod
    def of(cls, code: str) -> Self:
        known = records.DISTRICTS if code == records.CITY_CODE else ()
        return cls(
            code=code,
            districts=[District(code=number, name=name, service_count=count_of(number)) for number, name in known],
        )

    @classmethod
    def resolve_reference(cls, code: str) -> Self:
        return cls.of(code)


@strawberry.type(name="ChengduGuide")
class Guide:
    title: str
    steps: list[str]


@strawberry.federation.type(keys=["code"])
class Service:
    """What Chengdu adds to the graph's Service: how to get it done in Chengdu."""

    code: strawberry.ID
    guides: list[Guide]

    @classmethod
    def of(cls, code: str) -> Self:
        known = [records.GUIDES[code]] if code in records.GUIDES else []
        return cls(code=strawberry.ID(code), guides=[Guide(title=title, steps=list(steps)) for title, steps in known])

    @classmethod
    def resolve_reference(cls, code: strawberry.ID) -> Self:
        return cls.of(code)
