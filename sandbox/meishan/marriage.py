"""Marriage registration: offices, slots by the hour for any day from today, appointments.

A slot is worked out from its id; only how many seats of it are taken is kept. A slot that began has no seats left.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sandbox.faults import spoil_rows
from sandbox.meishan.door import Call, Problem, bound_citizen, page
from sandbox.numbers import is_identity_number
from sandbox.personas import PERSONAS, Persona
from sandbox.seeds import MANY, draw
from sandbox.store import Body, Row
from sandbox.world import SHANGHAI, World

MOST_OFFICES = 100
DAYS_AHEAD = 365
HOURS = (9, 10, 11, 14, 15, 16)
SLOT_LIFE = timedelta(hours=1)
LONGEST_NOTE = 200
OFFICES = {
    "dongpo": ("眉山市东坡区民政局婚姻登记处", "东坡区湖滨路一段"),
    "pengshan": ("眉山市彭山区民政局婚姻登记处", "彭山区长寿路"),
    "renshou": ("仁寿县民政局婚姻登记处", "仁寿县文林街道"),
    "hongya": ("洪雅县民政局婚姻登记处", "洪雅县洪川镇"),
    "danling": ("丹棱县民政局婚姻登记处", "丹棱县齐乐镇"),
    "qingshen": ("青神县民政局婚姻登记处", "青神县青竹街道"),
}
_SLOT_ID = re.compile(r"([a-z]+)-(\d{8})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour at an office: `capacity` couples."""

    id: str
    office: str
    starts_at: datetime

    @property
    def capacity(self) -> int:
        """1 to 3, by the slot's id alone."""
        return draw(self.id, 1, 3)


def offices(_: World, call: Call) -> tuple[int, Body]:
    """GET /v1/marriage/offices?q=: offices whose name or address has the words, by cursor."""
    words = call.query.get("q", "")
    rows = [Row("office", key, "", "", {"name": n, "address": a}) for key, (n, a) in OFFICES.items() if words in n + a]
    shown, cursor = page(rows, call, MOST_OFFICES)
    found = [{"id": row.id, **row.body} for row in shown]
    return 200, {"offices": spoil_rows(found, lambda row: {**row, "name": None}), "next_cursor": cursor}


def slots(world: World, call: Call) -> tuple[int, Body]:
    """GET /v1/marriage/offices/{office}/slots?date=: the hours of a day (today without a date); none in the past."""
    office = call.path["office"]
    if office not in OFFICES:
        raise Problem("not-found", 404, "没有这个登记处")
    day = _day(call.query.get("date", ""), world.now().date())
    if not 0 <= (day - world.now().date()).days <= DAYS_AHEAD:
        return 200, {"slots": []}
    found = [_slot_wire(world, _slot(office, day, hour)) for hour in HOURS]
    return 200, {"slots": spoil_rows(found, lambda row: {**row, "starts_at": "soon"})}


def book(world: World, call: Call) -> tuple[int, Body]:
    """POST /v1/marriage/appointments: take a seat, once per request key."""
    applicant = call.body.get("applicant")
    if not isinstance(applicant, dict):
        raise Problem("invalid", 422, "缺少申请人")
    citizen = bound_citizen(world, applicant.get("sub"))
    _check_identity(citizen, applicant)
    note = call.body.get("note") or ""
    if not isinstance(note, str) or len(note) > LONGEST_NOTE:
        raise Problem("invalid", 422, "备注过长")
    content = [citizen, call.body.get("slot_id"), applicant, note]
    booked = world.store.once("book", call.key, content, lambda: _book(world, citizen, call.body.get("slot_id")))
    return 201, spoil_rows([booked], _spoilt)[0]


def cancel(world: World, call: Call) -> tuple[int, Body]:
    """DELETE /v1/marriage/appointments/{id}?sub=&reason=: give the seat back; cancelling again changes nothing."""
    citizen = bound_citizen(world, call.query.get("sub"))
    number = call.path["appointment"]
    content = [citizen, number, call.query.get("reason", "")]
    return 200, spoil_rows(
        [world.store.once("cancel", call.key, content, lambda: _cancel(world, citizen, number))], _spoilt
    )[0]


def appointments(world: World, call: Call) -> tuple[int, Body]:
    """GET /v1/marriage/appointments?sub=: the citizen's own, latest first."""
    rows = world.store.rows("appointment", bound_citizen(world, call.query.get("sub")))
    return 200, {"appointments": spoil_rows([_wire(row) for row in rows], _spoilt)}


def seed(world: World, persona: Persona) -> None:
    """Appointments kept in the past: 137 for test-many, one for mei, test-zhang and test-li."""
    count = {"test-many": MANY, "mei": 1, "test-zhang": 1, "test-li": 1}.get(persona.kind, 0)
    for number in range(count):
        slot = _slot("dongpo", date(2026, 9, 30) - timedelta(days=number), HOURS[persona.ordinal % len(HOURS)])
        row_id = f"MSA-{persona.ordinal:02d}-{number:03d}"
        world.store.seed(_appointment(row_id, persona.key, slot, "done"))


def _book(world: World, citizen: str, slot_id: object) -> Body:
    slot = _found(slot_id)
    taken = _taken(world, slot)
    if slot is None or (slot.starts_at.date() - world.now().date()).days > DAYS_AHEAD:
        raise Problem("not-found", 404, "没有这个号源")
    if slot.starts_at <= world.now() or taken >= slot.capacity:
        raise Problem("slot-gone", 409, "号源已约满")
    _take(world, slot, taken + 1)
    counter = world.store.row("counter", "appointment")
    serial = (counter.body["serial"] if counter else 0) + 1
    world.store.save(Row("counter", "appointment", "", "", {"serial": serial}))
    row = _appointment(f"MSA-{world.now():%Y%m%d}-{serial:05d}", citizen, slot, "booked")
    world.store.save(row)
    return _wire(row)


def _cancel(world: World, citizen: str, number: str) -> Body:
    row = world.store.row("appointment", number)
    if row is None or row.owner != citizen:
        raise Problem("not-found", 404, "没有这个预约")
    if row.body["status"] == "done":
        raise Problem("already-done", 409, "预约已办结,不能取消")
    if row.body["status"] == "booked":
        row = Row(row.kind, row.id, row.owner, row.rank, {**row.body, "status": "cancelled"})
        world.store.save(row)
        slot = _found(row.body["slot"])
        if slot is not None:
            _take(world, slot, max(_taken(world, slot) - 1, 0))
    return _wire(row)


def _check_identity(citizen: str, applicant: dict[str, Any]) -> None:
    """Raises Problem identity-mismatch: name and number do not belong together or not to this account."""
    name, number = applicant.get("name"), applicant.get("id_number")
    persona = PERSONAS.get(citizen)
    right = isinstance(name, str) and name != "" and isinstance(number, str) and is_identity_number(number)
    if not right or (persona is not None and (name, number) != (persona.name, persona.id_number)):
        raise Problem("identity-mismatch", 422, "姓名与证件号不符")


def _slot(office: str, day: date, hour: int) -> Slot:
    return Slot(f"{office}-{day:%Y%m%d}-{hour:02d}", office, datetime.combine(day, time(hour), SHANGHAI))


def _found(slot_id: object) -> Slot | None:
    parts = _SLOT_ID.fullmatch(slot_id) if isinstance(slot_id, str) else None
    if parts is None or parts[1] not in OFFICES or int(parts[3]) not in HOURS:
        return None
    try:
        day = date(int(parts[2][:4]), int(parts[2][4:6]), int(parts[2][6:]))
    except ValueError:
        return None
    return _slot(parts[1], day, int(parts[3]))


def _taken(world: World, slot: Slot | None) -> int:
    row = world.store.row("slot", slot.id) if slot else None
    return int(row.body["taken"]) if row else 0


def _take(world: World, slot: Slot, taken: int) -> None:
    world.store.save(Row("slot", slot.id, "", "", {"taken": taken}))


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text) if text else today
    except ValueError as error:
        raise Problem("invalid", 422, "date 无效") from error


def _slot_wire(world: World, slot: Slot) -> dict[str, Any]:
    left = slot.capacity - _taken(world, slot) if slot.starts_at > world.now() else 0
    return {
        "id": slot.id,
        "office_id": slot.office,
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": (slot.starts_at + SLOT_LIFE).isoformat(),
        "capacity_left": left,
    }


def _appointment(row_id: str, citizen: str, slot: Slot, status: str) -> Row:
    starts_at = slot.starts_at.isoformat()
    code = f"{draw(f'{row_id}{slot.id}', 0, 999_999):06d}"
    return Row(
        "appointment",
        row_id,
        citizen,
        starts_at,
        {"status": status, "slot": slot.id, "starts_at": starts_at, "code": code},
    )


def _wire(row: Row) -> dict[str, Any]:
    slot = _found(row.body["slot"])
    office = slot.office if slot else ""
    return {
        "id": row.id,
        "status": row.body["status"],
        "office": {"id": office, "name": OFFICES[office][0]},
        "starts_at": row.body["starts_at"],
        "code": row.body["code"],
    }


def _spoilt(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "status": "limbo"}
