"""Values of the channel files: durations, whole numbers, secrets, dates, JSON.

A scalar arrives as text and is typed here, never by YAML: `000`, `0721` and `no` stay text unless a model asks for
something else.  Each type refuses with one `PydanticCustomError` whose kind `diagnostics.py` turns into a ROAM code.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from ipaddress import ip_address
from typing import Annotated, Any, Self, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

Json: TypeAlias = Any
"""Untyped data on its way to or from a backend; only here, where text becomes values, is it untyped."""

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)
LONGEST_DAYS = 36_500  # a moment and a duration make a moment: the calendar of computers ends in the year 9999
MOST_DIGITS = 18  # of a whole number; 64 bits hold as many
MOST_JSON_DIGITS = 1_000  # of one in a body that is sent or recorded; Python reads 4300
_SECRET = re.compile(r"secret:([A-Z][A-Z0-9_]*)")
_NEARLY_SECRET = re.compile(r"secret[:：] *([A-Za-z][A-Za-z0-9_-]*)", re.IGNORECASE)
_WHOLE = re.compile(r"-?(?:0|[1-9]\d*)", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d) ([A-Za-z_]+/[A-Za-z_/]+|UTC)", re.ASCII)
_SORT = re.compile(r"([a-z][A-Za-z0-9]*) (asc|desc)")


class Text(str):
    """A scalar as written.  `plain`: it stood without quotes, so that JSON-typed places may read `3` as a number."""

    __slots__ = ("plain",)
    plain: bool

    def __new__(cls, text: str, *, plain: bool = False) -> "Text":
        made = super().__new__(cls, text)
        made.plain = plain
        return made


def refuse(kind: str, found: object, **context: Any) -> PydanticCustomError:
    """The error of one scalar; `kind` is the key by which `diagnostics` finds code and wording."""
    return PydanticCustomError(kind, "{found}", {"found": _shape(found), **context})


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str) and (match := _DURATION.fullmatch(value)):
        seconds = float(match[1]) * UNITS[match[2]]
        if seconds > LONGEST_DAYS * UNITS["d"]:
            raise refuse(
                "out_of_range", value if len(value) < 40 else f"{value[:12]}…", low="0s", high=f"{LONGEST_DAYS}d"
            )
        return timedelta(seconds=seconds)
    raise refuse("duration", value)


def written(duration: timedelta) -> str:
    """The duration as files write it, in the largest unit of which it is a whole number: `24h`."""
    milliseconds = duration // timedelta(milliseconds=1)
    fitting = [unit for unit, seconds in UNITS.items() if milliseconds and milliseconds % round(seconds * 1000) == 0]
    unit = max(fitting, key=UNITS.__getitem__, default="ms")
    return f"{milliseconds // round(UNITS[unit] * 1000)}{unit}"


def _period(value: object) -> timedelta:
    if (made := _duration(value)) <= timedelta():
        raise refuse("too_small", value, low="1ms")
    return made


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= MOST_DIGITS and _WHOLE.fullmatch(value):
        return int(value)
    raise refuse("whole", value)


def _number(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    raise refuse("number", value)


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value == "true" or value == "false":
        return value == "true"
    raise refuse("flag", value)


def _text(value: object) -> str:
    if isinstance(value, str) and not isinstance(value, Text):
        return value
    if isinstance(value, Text):
        return str(value)
    raise refuse("text", value)


def _said(value: str) -> str:
    if not value.strip():
        raise refuse("text", '""')
    return value


_said.told = {"minLength": 1}  # type: ignore[attr-defined]  # for JSON Schema


def _each_once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise refuse("repeated", value, index=index)
    return values


_each_once.told = {"uniqueItems": True}  # type: ignore[attr-defined]  # for JSON Schema


def _some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise refuse("nothing", values)
    return values


_some.told = {"minItems": 1}  # type: ignore[attr-defined]  # for JSON Schema


def _date(value: object) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
                return date.fromisoformat(value)
        except ValueError:
            pass
    raise refuse("date", value)


def _shape(value: object) -> str:
    """How an unexpected value is named in a message."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "{…}"
    return "[…]" if isinstance(value, (list, tuple)) else str(value)


def json_value(value: object) -> Json:
    """JSON from scalars as written: only plain `true`, `false` and JSON numbers stop being text.

    `000`, `2026-10`, more digits than anybody counts by and everything in quotes stay text.  A number with a fraction becomes a float.
    """
    if isinstance(value, dict):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(item) for item in value]
    if not isinstance(value, Text):
        return value
    if not value.plain:
        return str(value)
    if value in ("true", "false"):
        return value == "true"
    if _WHOLE.fullmatch(value):
        return int(value) if len(value) <= MOST_JSON_DIGITS else str(value)
    return float(value) if _NUMBER.fullmatch(value) else str(value)


class Written:
    """A value that files write as one text; its `parse` is how models read it."""

    __slots__ = ()

    @classmethod
    def parse(cls, value: object) -> Self:
        """The value of a text, or one that is read already.  Raises: a refusal, as `refuse` makes them."""
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse)


@dataclass(frozen=True, slots=True)
class SecretRef(Written):
    """`secret:NAME`: the only way a file speaks of a secret.  Its value is looked up in `secrets.Secrets`."""

    name: str

    def __str__(self) -> str:
        return f"secret:{self.name}"

    @classmethod
    def parse(cls, value: object) -> Self:
        """Raises: a `secret` refusal that never quotes more than three characters of a literal."""
        if isinstance(value, cls):
            return value
        if isinstance(value, str) and (match := _SECRET.fullmatch(value)):
            return cls(match[1])
        if isinstance(value, str) and (match := _NEARLY_SECRET.fullmatch(value)):
            raise refuse("secret_form", value, right=f"secret:{match[1].upper().replace('-', '_')}")
        text = value if isinstance(value, str) else _shape(value)
        raise refuse("secret", f"{text[:3]}…({len(text)} chars)")


def secret_name(text: str) -> str | None:
    """The name in a well-written `secret:NAME`."""
    found = _SECRET.fullmatch(text)
    return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Window(Written):
    """A daily maintenance window, `02:00-03:00 Asia/Shanghai`; it may cross midnight."""

    start: time
    end: time
    zone: str

    @classmethod
    def parse(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if isinstance(value, str) and (match := _WINDOW.fullmatch(value)):
            try:
                ZoneInfo(match[5])
            except (KeyError, ValueError):
                raise refuse("window", value) from None
            return cls(time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4])), match[5])
        raise refuse("window", value)


@dataclass(frozen=True, slots=True)
class SortedBy(Written):
    """The order in which a backend promises its rows, `dueOn desc`."""

    field: str
    descending: bool

    @classmethod
    def parse(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if isinstance(value, str) and (match := _SORT.fullmatch(value)):
            return cls(match[1], match[2] == "desc")
        raise refuse("sorting", value)


def matching(kind: str, pattern: str) -> Callable[[str], str]:
    """A check that a text has a form; `kind` names the refusal."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise refuse(kind, value)
        return value

    check.told = {"type": "string", "pattern": f"^(?:{pattern})$"}  # type: ignore[attr-defined]  # for JSON Schema
    return check


def _at_least(low: float) -> Callable[[float], float]:
    def check(value: float) -> float:
        if value < low:
            raise refuse("too_small", f"{value:g}", low=f"{low:g}")
        return value

    check.told = {"minimum": low}  # type: ignore[attr-defined]  # for JSON Schema
    return check


def _between(low: float, high: float) -> Callable[[float], float]:
    def check(value: float) -> float:
        if not low <= value <= high:
            raise refuse("out_of_range", f"{value:g}", low=f"{low:g}", high=f"{high:g}")
        return value

    check.told = {"minimum": low, "maximum": high}  # type: ignore[attr-defined]  # for JSON Schema
    return check


_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?")
_NUMBERS = re.compile(r"[0-9.]+|.*:.*")
_PLAIN_URL = re.compile(r"https?://(?=[^/]*[A-Za-z])[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?:/[^\s]*)?")


def _reachable(value: str) -> str:
    if _PLAIN_URL.fullmatch(value):
        return value  # no port, no user, no brackets: nothing that a parser would refuse
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        named = _NAME.fullmatch(host) if not _NUMBERS.fullmatch(host) else ip_address(host)
        if named and (parts.port is None or parts.port > 0):
            return value
    except ValueError:
        pass
    raise refuse("url", value)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Period = Annotated[timedelta, BeforeValidator(_period)]
"""A duration of more than nothing."""
Whole = Annotated[int, BeforeValidator(_whole)]
Count = Annotated[int, BeforeValidator(_whole), AfterValidator(_at_least(0))]
Positive = Annotated[int, BeforeValidator(_whole), AfterValidator(_at_least(1))]
Number = Annotated[float, BeforeValidator(_number), AfterValidator(_at_least(0))]
Percent = Annotated[float, BeforeValidator(_number), AfterValidator(_between(0, 100))]
Share = Annotated[float, BeforeValidator(_number), AfterValidator(_between(0, 1))]
Frequency = Annotated[float, BeforeValidator(_number), AfterValidator(_at_least(0.001))]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[date, BeforeValidator(_date)]
String = Annotated[str, BeforeValidator(_text)]
Words = Annotated[String, AfterValidator(_said)]
"""Text that says something: not blank."""
EachOnce = AfterValidator(_each_once)
"""On a list: nothing stands in it twice."""
Some = AfterValidator(_some)
"""On a list: it is not empty."""
JsonValue = Annotated[Json, BeforeValidator(json_value)]
Expression = String
"""A JMESPath expression, compiled when the channel is activated."""
Template = String
"""Text with `${citizen.…}`, `${args.…}`, `${vars.…}`, `${page.…}`, `${batch.…}`, `${request.…}`."""
Url = Annotated[
    String, AfterValidator(matching("url", r"https?://[^\s/?#\"'<>]+[^\s\"'<>]*")), AfterValidator(_reachable)
]
Slug = Annotated[String, AfterValidator(matching("slug", r"[a-z][a-z0-9_]*"))]
CityCode = Annotated[String, AfterValidator(matching("city_code", r"\d{6}"))]
ServiceCode = Annotated[String, AfterValidator(matching("service_code", r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*"))]
