"""The scalars of the graph, checked on the way in and on the way out.

Values stay *wire-ready text* inside, so that a row can be handed on as it came; `Decimal` alone is computed with, and reaches
answers as `decimal.Decimal`. Rows may hold the text, or the Python object of the same meaning, which is then written out.
How one is read, written and refused is in `scalar`. JSON is any JSON; its depth is bounded at the door, where bodies are read.
"""

import ipaddress
import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal as Number
from typing import Any, NewType
from urllib.parse import urlsplit

from schema.scalar import Numeral, Refused, Scalar, matched

Decimal = NewType("Decimal", str)
Date = NewType("Date", str)
DateTime = NewType("DateTime", str)
URL = NewType("URL", str)
Cursor = NewType("Cursor", str)
JSON = NewType("JSON", object)
IdempotencyKey = NewType("IdempotencyKey", str)

MAX_INTEGER_DIGITS = 18  # as many as a signed 64-bit integer can hold in full
MAX_FRACTION_DIGITS = 8
MAX_URL_LENGTH = 2048
MAX_CURSOR_LENGTH = 4096

DECIMAL = re.compile(rf"-?(?:0|[1-9][0-9]{{0,{MAX_INTEGER_DIGITS - 1}}})(?:\.[0-9]{{1,{MAX_FRACTION_DIGITS}}})?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DATE_TIME = re.compile(  # RFC 3339 §5.6, without leap seconds, which no clock here keeps
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
    re.IGNORECASE,
)
CURSOR = re.compile(rf"[!-~]{{1,{MAX_CURSOR_LENGTH}}}")
IDEMPOTENCY_KEY = re.compile(r"[A-Za-z0-9._~-]{16,64}")  # RFC 3986 §2.3: safe in a header, a path and an XML body
HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def decimal_text(value: object) -> str:
    """Check a fixed-point text."""
    limits = f"at most {MAX_INTEGER_DIGITS} digits before the point and {MAX_FRACTION_DIGITS} after it"
    return matched(DECIMAL, value, f'a fixed-point number as a string, such as "128.50", {limits}')


def decimal_number(value: object) -> Number:
    """Check a fixed-point text and give its number."""
    return Number(decimal_text(value))


def write_decimal(value: object) -> str:
    """Write a number as fixed-point text; binary floats are refused, because they are not what they look like."""
    if isinstance(value, Number) and value.is_finite() and abs(value.adjusted()) <= MAX_INTEGER_DIGITS:
        value = format(value, "f")
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < 64:
        value = str(value)
    return decimal_text(value)


def date_text(value: object) -> str:
    """Check a date of the calendar."""
    expected = "a date of the calendar as YYYY-MM-DD"
    text = matched(DATE, value, expected)
    try:
        date.fromisoformat(text)
    except ValueError:
        raise Refused(expected) from None
    return text


def write_date(value: object) -> str:
    """Write a date out; an instant is not a date."""
    return date_text(value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value)


def instant_text(value: object) -> str:
    """Check an instant."""
    expected = 'an RFC 3339 date-time with an offset, such as "2026-11-30T09:00:00+08:00"'
    text = matched(DATE_TIME, value, expected).upper()
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise Refused(expected) from None
    return text


def write_instant(value: object) -> str:
    """Write an instant out; one without an offset is refused."""
    return instant_text(value.isoformat() if isinstance(value, datetime) else value)


def url_text(value: object) -> str:
    """Check an absolute web address: https, or http on a loopback host; no user name; no blanks or control characters."""
    expected = f"an absolute https URL of at most {MAX_URL_LENGTH} characters (http only for loopback hosts)"
    if not isinstance(value, str) or len(value) > MAX_URL_LENGTH or re.search(r"[\s\x00-\x20\x7f\\<>\"^`{|}]", value):
        raise Refused(expected)
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port  # a port that is no number raises
    except ValueError:
        raise Refused(expected) from None
    allowed = ("https", "http") if loopback(host) else ("https",)
    if parts.scheme not in allowed or "@" in parts.netloc or not (HOST.fullmatch(host) or address(host)):
        raise Refused(expected)
    return value


def address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read a host as an IP address, if it is one."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    found = address(host)
    return host == "localhost" or (found is not None and found.is_loopback)


def cursor_text(value: object) -> str:
    """Check that a cursor could be one of ours; its signature is checked by whoever opens it."""
    return matched(CURSOR, value, f"a cursor from an earlier page, 1 to {MAX_CURSOR_LENGTH} visible characters")


def key_text(value: object) -> str:
    """Check an idempotency key."""
    return matched(IDEMPOTENCY_KEY, value, "16 to 64 letters, digits, '-', '_', '.' or '~'; a UUIDv7 fits")


def json_value(value: object) -> Any:
    """Check that a value is JSON all the way down, and turn numerals into numbers."""
    match value:
        case None | bool() | str():
            return value
        case Numeral(text=text):
            return json_number(text)
        case int() if value.bit_length() < 64:
            return value
        case float() if math.isfinite(value):
            return value
        case list() | tuple():
            return [json_value(item) for item in value]
        case Mapping() if all(isinstance(key, str) for key in value):
            return {key: json_value(item) for key, item in value.items()}
        case _:
            raise Refused("JSON: text, finite numbers under 64 bits, true, false, null, lists and objects of them")


def json_number(text: str) -> int | float:
    """Turn a bounded numeral into a number."""
    if len(text) > MAX_INTEGER_DIGITS + MAX_FRACTION_DIGITS:
        raise Refused("JSON with numbers of usual length")
    return json_value(int(text) if text.lstrip("-").isdigit() else float(text))  # type: ignore[no-any-return]


SCALARS: Mapping[object, Scalar] = {
    Decimal: Scalar(
        "Decimal",
        '十进制定点数,以字符串传输,如 "128.50"。 Fixed-point decimal carried as a string.',
        decimal_number,
        write_decimal,
    ),
    Date: Scalar("Date", "日期 YYYY-MM-DD。 ISO date.", date_text, write_date),
    DateTime: Scalar("DateTime", "RFC 3339 时间,含时区。 RFC 3339 date-time with offset.", instant_text, write_instant),
    URL: Scalar(
        "URL",
        "绝对 https 地址(回环地址可用 http)。 Absolute https URL; http only for loopback hosts.",
        url_text,
        url_text,
    ),
    Cursor: Scalar("Cursor", "不透明分页游标(带签名)。 Opaque signed cursor.", cursor_text, cursor_text),
    JSON: Scalar("JSON", "任意 JSON;仅用于长尾表单。 Any JSON; long-tail forms only.", json_value, json_value),
    IdempotencyKey: Scalar(
        "IdempotencyKey",
        "客户端生成的幂等键,16–64 个字符,建议 UUIDv7;24 小时内同键同参只执行一次。 Client-made idempotency key.",
        key_text,
        key_text,
    ),
}
