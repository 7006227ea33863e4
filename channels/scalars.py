"""Values of the channel files: durations, whole numbers, secrets, dates, JSON.

A scalar arrives as text and is typed here, never by YAML: `000`, `0721` and `no` stay text unless a model asks for
something else.  Each type refuses with one `PydanticCustomError` whose kind `diagnostics.py` turns into a ROAM code.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

Json: TypeAlias = Any
"""Untyped data on its way to or from a backend; only here, where text becomes values, is it untyped."""

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECRET = re.compile(r"secret:([A-Z][A-Z0-9_]*)")
_WHOLE = re.compile(r"-?(?:0|[1-9]\d*)")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d) ([A-Za-z_]+/[A-Za-z_/]+|UTC)")
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
    return PydanticCustomError(kind, "{found}", {"found": str(found), **context})


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str) and (match := _DURATION.fullmatch(value)):
        return timedelta(seconds=float(match[1]) * UNITS[match[2]])
    raise refuse("duration", value)


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value):
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
    raise refuse("text", _shape(value))


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

    `000`, `2026-10` and everything in quotes stay text.  A number with a fraction becomes a float.
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
        return int(value)
    return float(value) if _NUMBER.fullmatch(value) else str(value)


@dataclass(frozen=True, slots=True)
class SecretRef:
    """`secret:NAME`: the only way a file speaks of a secret.  Its value is looked up in `secrets.Secrets`."""

    name: str

    def __str__(self) -> str:
        return f"secret:{self.name}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse)

    @classmethod
    def parse(cls, value: object) -> "SecretRef":
        """Raises: a `secret` refusal that never quotes more than three characters of a literal."""
        if isinstance(value, cls):
            return value
        if isinstance(value, str) and (match := _SECRET.fullmatch(value)):
            return cls(match[1])
        text = value if isinstance(value, str) else _shape(value)
        raise refuse("secret", f"{text[:3]}…({len(text)} chars)")


@dataclass(frozen=True, slots=True)
class Window:
    """A daily maintenance window, `02:00-03:00 Asia/Shanghai`; it may cross midnight."""

    start: time
    end: time
    zone: str

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse)

    @classmethod
    def parse(cls, value: object) -> "Window":
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
class SortedBy:
    """The order in which a backend promises its rows, `dueOn desc`."""

    field: str
    descending: bool

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse)

    @classmethod
    def parse(cls, value: object) -> "SortedBy":
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
            raise refuse("too_small", value, low=f"{low:g}")
        return value

    check.told = {"minimum": low}  # type: ignore[attr-defined]  # for JSON Schema
    return check


_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?:/[^\s]*)?")


def _reachable(value: str) -> str:
    if _PLAIN_URL.fullmatch(value):
        return value  # no port, no user, no brackets: nothing that a parser would refuse
    try:
        parts = urlsplit(value)
        if parts.hostname and (parts.port is None or parts.port > 0):
            return value
    except ValueError:
        pass
    raise refuse("url", value)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Whole = Annotated[int, BeforeValidator(_whole)]
Count = Annotated[int, BeforeValidator(_whole), AfterValidator(_at_least(0))]
Positive = Annotated[int, BeforeValidator(_whole), AfterValidator(_at_least(1))]
Number = Annotated[float, BeforeValidator(_number), AfterValidator(_at_least(0))]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[date, BeforeValidator(_date)]
String = Annotated[str, BeforeValidator(_text)]
JsonValue = Annotated[Json, BeforeValidator(json_value)]
Expression = String
"""A JMESPath expression, compiled when the channel is activated."""
Template = String
"""Text with `${citizen.…}`, `${args.…}`, `${vars.…}`, `${page.…}`, `${batch.…}`, `${request.…}`."""
Url = Annotated[String, AfterValidator(matching("url", r"https?://[^\s/?#]+[^\s]*")), AfterValidator(_reachable)]
Slug = Annotated[String, AfterValidator(matching("slug", r"[a-z][a-z0-9_]*"))]
CityCode = Annotated[String, AfterValidator(matching("city_code", r"\d{6}"))]
ServiceCode = Annotated[String, AfterValidator(matching("service_code", r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*"))]

# The names below equal the enums of the graph; tests/channels/test_vocabulary.py holds them together.
Theme = Literal[
    "SOCIAL_SECURITY", "HEALTH", "TRANSPORT", "HOUSING", "BILLS", "DAILY_LIFE", "LEISURE", "LEGAL", "EDUCATION", "OTHER"
]  # fmt: skip
ServiceType = Literal["QUERY", "TRANSACT", "INFO"]
SourceLevel = Literal["CITY", "PROVINCE", "MINISTRY", "PARTNER"]
IntegrationStatus = Literal["NOT_STARTED", "CONNECTED", "IN_DEVELOPMENT", "LIVE", "RETIRED"]
ChannelStatus = Literal["DRAFT", "PILOT", "LIVE", "PAUSED", "RETIRED"]
Assurance = Literal["ANONYMOUS", "REGISTERED", "REAL_NAME", "REAL_PERSON", "IN_PERSON"]
ContactRole = Literal["OPERATOR", "ONCALL", "DATA_PROTECTION", "CITIZEN_HOTLINE"]
Claim = Literal[
    "PAIRWISE_ID", "NAME", "ID_NUMBER", "PHONE", "SOCIAL_CARD_NUMBER", "VEHICLE_PLATE", "ADDRESS", "FACE_PROOF"
]  # fmt: skip
ClaimKey = Literal[
    "pairwise_id", "name", "id_number", "phone", "social_card_number", "vehicle_plate", "address", "face_proof"
]  # fmt: skip
UtilityKind = Literal["WATER", "ELECTRICITY", "GAS", "CABLE", "PROPERTY", "FINE", "OTHER"]
