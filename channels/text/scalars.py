"""Values of the files as models ask for them: texts, numbers, days, durations, addresses, JSON.

A scalar arrives as text and is typed here, never by YAML: `000`, `0721` and `no` stay text unless a model asks for
something else.  Each type refuses with one `PydanticCustomError` whose kind `validation` turns into a ROAM code.
"""

import re
from datetime import date, timedelta
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator

from channels.text.constraints import at_least, between, each_once, matching, reachable, said, some
from channels.text.durations import duration, period
from channels.text.refusal import refuse

Json: TypeAlias = Any
"""Untyped data on its way to or from a backend; only here, where text becomes values, is it untyped."""

MOST_DIGITS = 18  # of a whole number; 64 bits hold as many
MOST_JSON_DIGITS = 1_000  # of one in a body that is sent or recorded; Python reads 4300
_WHOLE = re.compile(r"-?(?:0|[1-9]\d*)", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)


class Text(str):
    """A scalar as written.  `plain`: it stood without quotes, so that JSON-typed places may read `3` as a number."""

    __slots__ = ("plain",)
    plain: bool

    def __new__(cls, text: str, *, plain: bool = False) -> "Text":
        made = super().__new__(cls, text)
        made.plain = plain
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


def _percent(value: object) -> float:
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise refuse("percent", value)
    return _number(value)


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


Duration = Annotated[timedelta, BeforeValidator(duration)]
Period = Annotated[timedelta, BeforeValidator(period)]
"""A duration of more than nothing."""
Whole = Annotated[int, BeforeValidator(_whole)]
Count = Annotated[int, BeforeValidator(_whole), AfterValidator(at_least(0))]
Positive = Annotated[int, BeforeValidator(_whole), AfterValidator(at_least(1))]
Number = Annotated[float, BeforeValidator(_number), AfterValidator(at_least(0))]
Percent = Annotated[float, BeforeValidator(_percent), AfterValidator(between(0, 100))]
Share = Annotated[float, BeforeValidator(_number), AfterValidator(between(0, 1))]
Frequency = Annotated[float, BeforeValidator(_number), AfterValidator(at_least(0.001))]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[date, BeforeValidator(_date)]
String = Annotated[str, BeforeValidator(_text)]
Words = Annotated[String, AfterValidator(said)]
"""Text that says something: not blank."""
EachOnce = AfterValidator(each_once)
"""On a list: nothing stands in it twice."""
Some = AfterValidator(some)
"""On a list: it is not empty."""
JsonValue = Annotated[Json, BeforeValidator(json_value)]
Expression = String
"""A JMESPath expression, compiled when the channel is activated."""
Template = String
"""Text with `${citizen.…}`, `${args.…}`, `${vars.…}`, `${page.…}`, `${batch.…}`, `${request.…}`."""
PathTemplate = Annotated[Template, AfterValidator(matching("path_text", r"(?:\$\{[^}]*\}|[^\s<>\"#])*"))]
"""The path of a request, with placeholders; nothing that an address cannot hold."""
Url = Annotated[
    String, AfterValidator(matching("url", r"https?://[^\s/?#\"'<>]+[^\s\"'<>]*")), AfterValidator(reachable)
]
Slug = Annotated[String, AfterValidator(matching("slug", r"[a-z][a-z0-9_]*"))]
CityCode = Annotated[String, AfterValidator(matching("city_code", r"[0-9]{6}"))]
ServiceCode = Annotated[String, AfterValidator(matching("service_code", r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*"))]
