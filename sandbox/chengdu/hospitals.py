"""Hospitals of the sandbox's Chengdu and the consulting places of any day, worked out from the day alone.

A slot id carries everything about the slot (`s-1-2-20261123-0900`), so a slot needs no row until somebody books it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sandbox.world import SHANGHAI

LENGTH = timedelta(minutes=30)
HORIZON = timedelta(days=366)
BEGINNINGS = ("09:00", "09:30", "10:00", "10:30", "14:00", "14:30", "15:00")
PLACES = 1  # a booked slot is gone
SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
SLOT_ID = re.compile(r"s-(\d{1,2})-(\d{1,2})-(\d{8})-(\d{4})")


@dataclass(frozen=True, slots=True)
class Hospital:
    id: str
    name: str
    address: str
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """One consulting time of one doctor; `begin` and `end` are Shanghai time, `fee` is in yuan."""

    id: str
    hospital: Hospital
    department: str
    doctor: str
    begin: datetime
    fee: Decimal

    @property
    def end(self) -> datetime:
        return self.begin + LENGTH


HOSPITALS = (
    Hospital("h-1", "四川省人民医院", "成都市青羊区一环路西二段32号", ("心内科", "神经内科", "骨科", "儿科", "眼科", "呼吸与危重症医学科")),
    Hospital("h-2", "四川大学华西医院", "成都市武侯区国学巷37号", ("心内科", "消化内科", "胸外科", "内分泌科", "康复科")),
    Hospital("h-3", "成都市第三人民医院", "成都市青羊区青龙街82号", ("心内科", "神经外科", "妇产科", "口腔科")),
    Hospital("h-4", "成都中医药大学附属医院", "成都市金牛区十二桥路39号", ("针灸科", "中医内科", "推拿科", "皮肤科")),
)  # fmt: skip


def hospitals(keyword: str | None) -> list[Hospital]:
    """Those whose name, address or departments contain the keyword; all without one."""
    text = (keyword or "").strip()
    return [
        one for one in HOSPITALS if not text or any(text in part for part in (one.name, one.address, *one.departments))
    ]


def slots(hospital_id: str, department: str | None, day: date, now: datetime) -> Iterator[Slot]:
    """Every slot of the day in order of department and time; none for a day that is over or a year ahead.

    A day is over when it is over everywhere west of Shanghai too, so a caller on UTC may ask for its own today.
    """
    hospital = next((one for one in HOSPITALS if one.id == hospital_id), None)
    today = now.astimezone(UTC).date()
    if hospital is None or not today <= day <= today + HORIZON:
        return
    for index, name in enumerate(hospital.departments):
        if department in (None, "", name):
            yield from (_slot(hospital, index, day, beginning) for beginning in BEGINNINGS)


def slot(slot_id: str, now: datetime) -> Slot | None:
    """The slot that an id names, if there is such a slot."""
    if (match := SLOT_ID.fullmatch(slot_id)) is None:
        return None
    hospital, _, day, _ = match.groups()
    try:
        offered = slots(f"h-{hospital}", None, datetime.strptime(day, "%Y%m%d").date(), now)  # noqa: DTZ007 - a day only
    except ValueError:
        return None
    return next((one for one in offered if one.id == slot_id), None)


def _slot(hospital: Hospital, index: int, day: date, beginning: str) -> Slot:
    seed = day.toordinal() * 7 + index * 3 + BEGINNINGS.index(beginning) // 4 + int(hospital.id[2:])
    expert = seed % 3 == 0
    return Slot(
        id=f"s-{hospital.id[2:]}-{index + 1}-{day:%Y%m%d}-{beginning.replace(':', '')}",
        hospital=hospital,
        department=hospital.departments[index],
        doctor=f"{SURNAMES[seed % len(SURNAMES)]}{'主任' if expert else '医生'}",
        begin=datetime.combine(day, time.fromisoformat(beginning), SHANGHAI),
        fee=Decimal("50.00") if expert else Decimal("20.00"),
    )
