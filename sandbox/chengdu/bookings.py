"""Hospital bookings in the city's store: a seat is held by at most one booking, a booking belongs to one citizen."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Self

from sandbox.chengdu import hospitals as places
from sandbox.store import Body, Row, Store
from sandbox.world import SHANGHAI


@dataclass(frozen=True, slots=True)
class BookingRecord:
    """`status` is BOOKED, CANCELLED, DONE or ABSENT; `begin` is ISO 8601; `code` is what the citizen shows at the desk."""

    id: str
    status: str
    slot: str
    hospital: str
    department: str
    begin: str
    code: str

    @classmethod
    def of(cls, body: Body) -> Self:
        return cls(**body)

    @property
    def begins_at(self) -> datetime:
        return datetime.fromisoformat(self.begin)


class Bookings:
    """The bookings of the city; writes belong in a transaction of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def held_by(self, citizen: str) -> list[BookingRecord]:
        """Latest begin first."""
        return [BookingRecord.of(row.body) for row in self._store.rows("booking", citizen)]

    def taken(self, slot_ids: Iterable[str]) -> frozenset[str]:
        """Those of the slots that a booking holds."""
        return frozenset(slot_id for slot_id in slot_ids if self._holder(slot_id))

    def book(self, citizen: str, slot: places.Slot, request_id: str) -> BookingRecord | None:
        """Take the seat; None when it is taken."""
        if self._holder(slot.id):
            return None
        digest = hashlib.sha256(f"{citizen}\0{slot.id}\0{request_id}".encode()).hexdigest()
        code = f"{int(digest[-8:], 16) % 10**6:06}"
        begin, name = slot.begin.isoformat(), slot.hospital.name
        record = BookingRecord(f"a-{digest[:12]}", "BOOKED", slot.id, name, slot.department, begin, code)
        self._save(citizen, record)
        self._hold(slot.id, record.id)
        return record

    def find(self, citizen: str, booking_id: str) -> BookingRecord | None:
        """A citizen's own booking."""
        row = self._store.row("booking", booking_id)
        return BookingRecord.of(row.body) if row is not None and row.owner == citizen else None

    def cancel(self, citizen: str, record: BookingRecord) -> BookingRecord:
        """Free the seat."""
        cancelled = BookingRecord.of({**asdict(record), "status": "CANCELLED"})
        self._save(citizen, cancelled)
        self._hold(record.slot, "")
        return cancelled

    def seed(self, citizen: str, visits: int) -> None:
        """Past visits, one a day back from 12 October 2026."""
        last = datetime(2026, 10, 12, 9, 0, tzinfo=SHANGHAI)
        for index in range(visits):
            hospital = places.HOSPITALS[index % len(places.HOSPITALS)]
            department = hospital.departments[index % len(hospital.departments)]
            digest = hashlib.sha256(f"{citizen}\0{index}".encode()).hexdigest()
            begin = (last - timedelta(days=index)).isoformat()
            code = f"{int(digest[-8:], 16) % 10**6:06}"
            record = BookingRecord(f"a-{digest[:12]}", "DONE", "", hospital.name, department, begin, code)
            self._store.seed(Row("booking", record.id, citizen, begin, asdict(record)))

    def _save(self, citizen: str, record: BookingRecord) -> None:
        self._store.save(Row("booking", record.id, citizen, record.begin, asdict(record)))

    def _holder(self, slot_id: str) -> str:
        row = self._store.row("seat", slot_id)
        return str(row.body["booking"]) if row else ""

    def _hold(self, slot_id: str, booking_id: str) -> None:
        self._store.save(Row("seat", slot_id, "", "", {"booking": booking_id}))
