"""What a value must be beyond its kind: not blank, of a form, within bounds, each once, an address that can be reached.

Each refuses by `refuse`; `told` is what it says of itself in a JSON Schema.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from channels.text.refusal import refuse

_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?")
_NUMBERS = re.compile(r"[0-9.]+|.*:.*")
_PLAIN_URL = re.compile(r"https?://(?=[^/]*[A-Za-z])[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?:/[^\s]*)?")


def said(value: str) -> str:
    if not value.strip():
        raise refuse("text", '""')
    return value


said.told = {"minLength": 1}  # type: ignore[attr-defined]  # for JSON Schema


def each_once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise refuse("repeated", value, index=index)
    return values


each_once.told = {"uniqueItems": True}  # type: ignore[attr-defined]  # for JSON Schema


def some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise refuse("nothing", values)
    return values


some.told = {"minItems": 1}  # type: ignore[attr-defined]  # for JSON Schema


def matching(kind: str, pattern: str) -> Callable[[str], str]:
    """A check that a text has a form; `kind` names the refusal."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise refuse(kind, value)
        return value

    check.told = {"type": "string", "pattern": f"^(?:{pattern})$"}  # type: ignore[attr-defined]  # for JSON Schema
    return check


def at_least(low: float) -> Callable[[float], float]:
    def check(value: float) -> float:
        if value < low:
            raise refuse("too_small", f"{value:g}", low=f"{low:g}")
        return value

    check.told = {"minimum": low}  # type: ignore[attr-defined]  # for JSON Schema
    return check


def between(low: float, high: float) -> Callable[[float], float]:
    def check(value: float) -> float:
        if not low <= value <= high:
            raise refuse("out_of_range", f"{value:g}", low=f"{low:g}", high=f"{high:g}")
        return value

    check.told = {"minimum": low, "maximum": high}  # type: ignore[attr-defined]  # for JSON Schema
    return check


def reachable(value: str) -> str:
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
