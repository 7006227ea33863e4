"""Booking an appointment and calling it off."""

from collections.abc import Mapping
from typing import Any

from channels.deployment.snapshot import Channel
from resolvers.context import Context, Info
from resolvers.writing.acting import act
from resolvers.writing.once import Done, End, ended, no_such, once

Row = dict[str, Any]


async def book_appointment(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name
    context: Context = info.context

    async def book(number: str) -> End:
        channel, slot = context.locate(input["slotId"], "Slot") or (None, "")
        if channel is None:
            return no_such("slotId", "号源", "a slot")
        args = {"slotId": slot, "patientName": input.get("patientName"), "note": input.get("note")}
        return await changed(context, channel, "appointments.book", args, number, ["input", "slotId"])

    return await once(context, "bookAppointment", "appointment", input, book)


async def cancel_appointment(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name
    context: Context = info.context

    async def cancel(number: str) -> End:
        channel, held = context.locate(input["appointmentId"], "Appointment") or (None, "")
        if channel is None:
            return no_such("appointmentId", "预约", "an appointment")
        args = {"appointmentId": held, "reason": input.get("reason")}
        return await changed(context, channel, "appointments.cancel", args, number, ["input", "appointmentId"])

    return await once(context, "cancelAppointment", "appointment", input, cancel)


async def changed(
    context: Context, channel: Channel, operation: str, args: Mapping[str, Any], number: str, path: list[str]
) -> End:
    """The appointment as the city has it after the change."""
    row = await act(context, channel, operation, "Appointment", args, number=number)
    return (
        Done(await booked(context, channel, args, row)) if isinstance(row, dict) else ended(context, channel, row, path)
    )


async def booked(context: Context, channel: Channel, args: Mapping[str, Any], row: Row) -> Row:
    """The payload's own fields, once the city has done it."""
    return {"appointment": row}


ANSWERS = {"Mutation.bookAppointment": book_appointment, "Mutation.cancelAppointment": cancel_appointment}
