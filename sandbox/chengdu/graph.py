"""The subgraph of the sandbox's Chengdu: Apollo Federation v2, declared with Strawberry.

A `Visit` comes as context. Refusals carry `extensions.code`. The resolvers are plain functions: one request is one
turn of the event loop, so nothing interleaves.
"""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

import strawberry
from graphql import GraphQLError
from strawberry.types import ExecutionContext, Info

from sandbox.chengdu import hospitals as places
from sandbox.chengdu import nouns, records
from sandbox.chengdu.bookings import BookingRecord
from sandbox.chengdu.visit import Visit, refusal

MAX_PAGE = 100
SAME_KIND = {"ELECTRICITY": "ELECTRIC"}  # callers may use the canonical word

Asked = Info[Visit, None]
Row = TypeVar("Row", records.BillRecord, records.OutageRecord, places.Hospital)


@strawberry.type
class Resident:
    """The citizen a token names."""

    key: strawberry.Private[str]

    @strawberry.field
    def bills(
        self, kinds: list[str] | None = None, first: int | None = None, after: str | None = None
    ) -> nouns.BillPage:
        wanted = {SAME_KIND.get(kind, kind) for kind in kinds or ()}
        rows = [bill for bill in records.bills(self.key) if not wanted or bill.kind in wanted]
        shown, end = _page(rows, first, after)
        return nouns.BillPage(nodes=[nouns.HouseholdBill.of(bill) for bill in shown], page_info=end)

    @strawberry.field
    def insurance(self) -> list[nouns.Insurance]:
        return [nouns.Insurance.of(record) for record in records.insurance(self.key)]

    @strawberry.field
    def fund(self) -> list[nouns.Fund]:
        return [nouns.Fund.of(record) for record in records.fund(self.key)]

    @strawberry.field
    def bookings(self, info: Asked) -> list[nouns.Booking]:
        return [nouns.Booking.of(record) for record in info.context.bookings.held_by(self.key)]


@strawberry.type
class Query:
    @strawberry.field
    def me(self, info: Asked) -> Resident:
        return Resident(key=info.context.resident())

    @strawberry.field
    def hospitals(
        self, keyword: str | None = None, first: int | None = None, after: str | None = None
    ) -> nouns.HospitalPage:
        shown, end = _page(places.hospitals(keyword), first, after)
        return nouns.HospitalPage(nodes=[nouns.Hospital.of(hospital) for hospital in shown], page_info=end)

    @strawberry.field
    def slots(
        self, info: Asked, hospital: strawberry.ID, day: str, department: str | None = None
    ) -> list[nouns.ConsultingSlot]:
        """Only what can still be booked."""
        visit = info.context
        offered = list(places.slots(hospital, department, _day(day), visit.now))
        taken = visit.bookings.taken(slot.id for slot in offered)
        return [nouns.ConsultingSlot.of(slot) for slot in offered if slot.id not in taken]

    @strawberry.field
    def request(self, info: Asked, operation: str, request_id: str) -> nouns.Request:
        """What became of a mutation of the citizen: its name and its requestId."""
        return nouns.Request.of(operation, *info.context.request(operation, request_id))

    @strawberry.field
    def outages(self, info: Asked, first: int | None = None, after: str | None = None) -> nouns.OutagePage:
        shown, end = _page(records.outages(info.context.desk.opened_at), first, after)
        return nouns.OutagePage(nodes=[nouns.Outage.of(record) for record in shown], page_info=end)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def book(
        self, info: Asked, slot: strawberry.ID, name: str, id_number: str, phone: str, request_id: str
    ) -> nouns.Booking:
        return nouns.Booking.of(BookingRecord.of(info.context.book(slot, (name, id_number, phone), request_id)))

    @strawberry.mutation
    def cancel(self, info: Asked, booking: strawberry.ID, request_id: str) -> nouns.Booking:
        return nouns.Booking.of(BookingRecord.of(info.context.cancel(booking, request_id)))

    @strawberry.mutation
    def link(self, info: Asked, name: str, id_number: str, request_id: str) -> nouns.Link:
        return nouns.Link(**info.context.link(name, id_number, request_id))

    @strawberry.mutation
    def launch(self, info: Asked, service: str, web: str, request_id: str) -> nouns.Launch:
        return nouns.Launch(**info.context.launch(service, web, request_id))


class Subgraph(strawberry.federation.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """A refusal is an answer, not an incident: nothing goes to the log, which would name the citizen."""


def subgraph() -> Subgraph:
    return Subgraph(query=Query, mutation=Mutation, types=[nouns.City, nouns.Service], federation_version="2.5")


def _page(rows: Sequence[Row], first: int | None, after: str | None) -> tuple[Sequence[Row], nouns.PageEnd]:
    """The rows behind the one whose id `after` names; a cursor is the id of the last row seen."""
    begin = 0
    if after:
        begin = next((index for index, row in enumerate(rows, 1) if row.id == after), -1)
        if begin < 0:
            raise refusal("BAD_CURSOR", "the cursor does not belong to this list")
    size = MAX_PAGE if first is None else max(1, min(first, MAX_PAGE))
    shown = rows[begin : begin + size]
    more = begin + size < len(rows)
    # The end cursor of the last page is null: callers page on as long as there is one.
    return shown, nouns.PageEnd(end_cursor=shown[-1].id if more else None, has_next_page=more)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refusal("BAD_DAY", "day must be a date such as 2026-11-23") from None
