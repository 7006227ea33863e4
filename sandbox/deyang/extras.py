"""Ride codes, credit scores and shuttle buses."""

import hmac
from base64 import urlsafe_b64encode
from datetime import date, datetime, time, timedelta
from typing import Any

from sandbox.deyang.door import Arguments, bound_citizen
from sandbox.faults import spoil_rows
from sandbox.personas import PERSONAS
from sandbox.seeds import draw
from sandbox.world import SHANGHAI, World

RIDE_CODE_LIFE = timedelta(seconds=60)
EVALUATED_ON = "20261101"
GOOD, EXCELLENT = 650, 750
# (line, from, to, first departure, minutes between departures)
LINES = (
    ("成德1线", "德阳北站", "成都地铁3号线成都医学院站", time(6, 30), 20),
    ("成德2线", "广汉客运中心", "成都地铁3号线成都医学院站", time(6, 40), 15),
    ("成德3线", "罗江站", "成都地铁3号线钟楼站", time(7, 0), 40),
)
LAST_DEPARTURE = time(21, 30)


def ride_code(world: World, arguments: Arguments) -> dict[str, Any]:
    """`/api/v1/bus/qrcode`: a code that lives for a minute; citizens of other cities ride at nine tenths."""
    citizen = bound_citizen(world, arguments)
    expires_at = world.now().replace(microsecond=0) + RIDE_CODE_LIFE
    stamp = int(expires_at.timestamp() * 1000)
    persona = PERSONAS.get(citizen)
    at_home = persona is not None and persona.home_city == world.code
    code = {
        "qr": f"DYBUS1|{_seal(world, citizen, stamp)}",
        "expireAt": stamp,
        "discountDesc": "本市八折" if at_home else "漫游九折",
    }
    return spoil_rows([code], lambda row: {**row, "qr": None})[0]


def credit(world: World, arguments: Arguments) -> dict[str, Any]:
    """`/api/v1/credit/score`: the citizen's score, evaluated on the first of the month."""
    citizen = bound_citizen(world, arguments)
    score = 712 if citizen.startswith("test-zhang") else draw(f"credit {citizen}", 600, 850)
    level = "优秀" if score >= EXCELLENT else "良好" if score >= GOOD else "一般"
    row = {"score": score, "levelName": level, "evalDate": EVALUATED_ON}
    return spoil_rows([row], lambda row: {**row, "score": None})[0]


def shuttles(world: World, _: Arguments) -> list[dict[str, Any]]:
    """`/api/v1/shuttle/lines`: the lines to metro line 3 and the next departure of each."""
    rows = [
        {
            "lineName": line,
            "startStation": start,
            "endStation": end,
            "next": f"{_next(world.now(), first, every):%Y-%m-%d %H:%M}",
        }
        for line, start, end, first, every in LINES
    ]
    return spoil_rows(rows, lambda row: {**row, "next": "明天"})


def _next(now: datetime, first: time, every: int) -> datetime:
    start = _at(now.date(), first)
    if now <= start:
        return start
    passed = -(-(now - start).total_seconds() // (every * 60))
    departure = start + timedelta(minutes=every * passed)
    if departure <= _at(now.date(), LAST_DEPARTURE):
        return departure
    return _at(now.date() + timedelta(days=1), first)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, SHANGHAI)


def _seal(world: World, citizen: str, stamp: int) -> str:
    digest = hmac.new(world.secrets["DEYANG_APP_KEY"].encode(), f"{citizen}|{stamp}".encode(), "sha256").digest()
    return urlsafe_b64encode(digest[:18]).decode()
