"""City dates and times: patterns such as `yyyyMMddHHmmss`, read strictly and written back.

A date or time without an offset is Asia/Shanghai.  Two digits mean two digits: `2026-1-5` is not `yyyy-MM-dd`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_LETTERS = re.compile(r"yyyy|MM|dd|HH|mm|ss|SSS")
_FIELDS = {
    "yyyy": ("year", 4, "%Y"),
    "MM": ("month", 2, "%m"),
    "dd": ("day", 2, "%d"),
    "HH": ("hour", 2, "%H"),
    "mm": ("minute", 2, "%M"),
    "ss": ("second", 2, "%S"),
    "SSS": ("milli", 3, ""),
}
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ISO_START = re.compile(r"\d{4}-\d\d-\d\d(?:$|[T ]\d\d:\d\d)", re.ASCII)
_EPOCHS = {"epoch_ms": 1000, "epoch_s": 1}
_EPOCH_LIMIT_SECONDS = 32_503_651_200  # year 3000: a larger number counts in another unit

Reader: TypeAlias = Callable[[Any], datetime]
Writer: TypeAlias = Callable[[datetime], Any]


def known_format(name: str) -> bool:
    """Whether `name` is iso, epoch_ms, epoch_s, or a pattern with at least year, month and day."""
    if name == "iso" or name in _EPOCHS:
        return True
    letters = _LETTERS.findall(name)
    rest = _LETTERS.sub("", name)
    return (
        {"yyyy", "MM", "dd"} <= set(letters) and len(set(letters)) == len(letters) and not re.search("[A-Za-z]", rest)
    )


def reader(name: str) -> Reader:
    """Return: a function from a city's value to an aware instant in Shanghai.  It raises ValueError."""
    if name == "iso":
        return _read_iso
    if name in _EPOCHS:
        return _epoch_reader(_EPOCHS[name])
    return _pattern_reader(name)


def writer(name: str) -> Writer:
    """Return: a function from an instant to the city's form of it."""
    if name == "iso":
        return wire
    if name in _EPOCHS:
        scale = _EPOCHS[name]
        return lambda at: round(at.timestamp() * scale)
    template = _LETTERS.sub(lambda found: _FIELDS[found[0]][2], name.replace("%", "%%"))
    return lambda at: at.astimezone(SHANGHAI).strftime(template)


def wire(at: datetime) -> str:
    """Return: RFC 3339 text at +08:00, whole seconds unless there is a fraction."""
    return at.astimezone(SHANGHAI).isoformat()


def wire_date(at: datetime) -> str:
    """Return: `YYYY-MM-DD` of the Shanghai day."""
    return at.astimezone(SHANGHAI).date().isoformat()


def _read_iso(value: Any) -> datetime:
    if not isinstance(value, str) or not _ISO_START.match(value):
        raise ValueError("not an ISO date")
    at = datetime.fromisoformat(value)
    return at.replace(tzinfo=SHANGHAI) if at.tzinfo is None else at.astimezone(SHANGHAI)


def _epoch_reader(scale: int) -> Reader:
    def read(value: Any) -> datetime:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError("not an epoch")
        seconds = float(value) / scale
        if not abs(seconds) < _EPOCH_LIMIT_SECONDS:
            raise ValueError("epoch out of range")
        return datetime.fromtimestamp(seconds, SHANGHAI)

    return read


def _pattern_reader(name: str) -> Reader:
    parts = _LETTERS.split(name)
    letters = _LETTERS.findall(name)
    source = re.escape(parts[0]) + "".join(
        f"(?P<{_FIELDS[found][0]}>[0-9]{{{_FIELDS[found][1]}}}){re.escape(rest)}"
        for found, rest in zip(letters, parts[1:], strict=True)
    )
    match = re.compile(source).fullmatch

    def read(value: Any) -> datetime:
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        found = match(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError(f"not {name}")
        fields = {key: int(digits) for key, digits in found.groupdict().items()}
        micro = fields.pop("milli", 0) * 1000
        return datetime(**fields, microsecond=micro, tzinfo=SHANGHAI)

    return read


def is_day(text: str) -> bool:
    """Whether a text is a canonical `YYYY-MM-DD` of the calendar."""
    try:
        return bool(_ISO_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def date_text(value: str) -> datetime:
    """Return: midnight in Shanghai of a canonical `YYYY-MM-DD`."""
    day = date.fromisoformat(value)
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
