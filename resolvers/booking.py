"""Booking an appointment and calling it off."""

from collections.abc import Mapping
from typing import Any

from schema.codes import ErrorCode

from .acting import act
from .context import Context, Info
from .ids import open_id
from .once import Done, End, ended, once, refused

Row = dict[str, Any]


async def book_appointment(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name
    context: Context = info.context

    async def book(number: str) -> End:
        slot = open_id(context.services.sealer, input["slotId"], "Slot")
        if slot is None:
            return refused(
                ErrorCode.NOT_FOUND, "slotId 不是号源的 id。", "`slotId` is not the id of a slot.", ["slotId"]
            )
        args = {"slotId": slot.local, "patientName": input.get("patientName"), "note": input.get("note")}
        return await changed(context, slot.city, "appointments.book", args, number, ["input", "slotId"])

    return await once(context, "bookAppointment", "appointment", input, book)


async def cancel_appointment(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name
    context: Context = info.context

    async def cancel(number: str) -> End:
        held = open_id(context.services.sealer, input["appointmentId"], "Appointment")
        if held is None:
            zh, en = "appointmentId 不是预约的 id。", "`appointmentId` is not the id of an appointment."
            return refused(ErrorCode.NOT_FOUND, zh, en, ["appointmentId"])
        args = {"appointmentId": held.local, "reason": input.get("reason")}
        return await changed(context, held.city, "appointments.cancel", args, number, ["input", "appointmentId"])

    return await once(context, "cancelAppointment", "appointment", input, cancel)


async def changed(
    context: Context, city: str, operation: str, args: Mapping[str, Any], number: str, path: list[str]
) -> End:
    """The appointment as the city has it after the change."""
    channel = context.channel(city)
    row = await act(context, channel, operation, "Appointment", args, number=number)
    return Done({"appointment": row}) if isinstance(row, dict) else ended(context, channel, row, path)


ANSWERS = {"Mutation.bookAppointment": book_appointment, "Mutation.cancelAppointment": cancel_appointment}
