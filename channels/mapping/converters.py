"""The closed list of converters: `as:` in a mapping.

Inward a converter takes a city's value to the canonical wire value; outward (in `vars:`) it takes a canonical argument to
the city's form.  A value it cannot take raises Unfit, and the row that holds it is withheld.
Deliberately absent: free code, arithmetic, look-ups.  What they cannot say belongs in the city's own answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from channels.mapping import masks
from channels.text import dates

Convert: TypeAlias = Callable[[Any], Any]
CURRENCY = "CNY"  # GB/T 12406
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,12})?")
_CANONICAL = re.compile(r"(?:0|[1-9][0-9]{0,14})\.[0-9]{2}")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_TRUE = frozenset({"true", "1", "y", "yes"})
_FALSE = frozenset({"false", "0", "n", "no"})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_CENT = Decimal("0.01")
_KEPT_DATES = 512


class Unfit(ValueError):
    """A value that the converter cannot take.  The text names the kind of value, never the value.

    `place`: the rule inside `map:`, and `value` what it met, for who tries a call out; neither is ever part of the text.
    """

    def __init__(self, reason: str, *, place: tuple[str, ...] = (), value: Any = None) -> None:
        super().__init__(reason)
        self.place, self.value = place, value


def text(value: Any) -> str:
    """Return: text as it stands; numbers and booleans as JSON writes them."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    raise Unfit(f"{type(value).__name__} is not text")


def number(value: Any) -> Decimal:
    """Return: an exact decimal.  Floats are read as they were written in JSON."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Unfit(f"{type(value).__name__} is not a number")
    written = format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value).strip()
    if not _NUMBER.fullmatch(written):
        raise Unfit("not a number")
    return Decimal(written)


def whole(value: Any) -> int:
    """Return: an int from an int, a whole float or digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    raise Unfit("not a whole number")


def boolean(value: Any) -> bool:
    """Return: true/false from booleans, 1/0, y/n, yes/no."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Unfit("not a boolean")


def listed(value: Any) -> list[str]:
    """Return: a list of texts; one value alone becomes a list of one."""
    if isinstance(value, list):
        return [text(item) for item in value if item is not None]
    return [text(value)]


def url(value: Any) -> str:
    """Return: an absolute https address; http only on loopback."""
    if not isinstance(value, str) or re.search(r"[\s\x00-\x1f\x7f]", value):
        raise Unfit("not an address")
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError as error:
        raise Unfit("not an address") from error
    if not host or parts.username is not None:
        raise Unfit("not an absolute address")
    if parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK):
        return value
    raise Unfit("not an https address")


def from_fen(value: Any) -> dict[str, str]:
    """Return: Money from a whole count of fen."""
    fen = whole(value)
    yuan, rest = divmod(abs(fen), 100)
    return {"amount": f"{'-' if fen < 0 else ''}{yuan}.{rest:02d}", "currency": CURRENCY}


def from_yuan(value: Any) -> dict[str, str]:
    """Return: Money from yuan; more than two decimals is another unit, not a rounding matter."""
    if isinstance(value, str) and _CANONICAL.fullmatch(value):
        return {"amount": value, "currency": CURRENCY}
    amount = number(value)
    if amount != amount.quantize(_CENT):
        raise Unfit("more than two decimals of yuan")
    return {"amount": f"{amount:.2f}", "currency": CURRENCY}


def _amount(value: Any) -> Decimal:
    return number(value["amount"] if isinstance(value, Mapping) else value)


def to_fen(value: Any) -> int:
    """Return: fen from a canonical amount (Decimal text or Money)."""
    fen = _amount(value) * 100
    if fen != fen.to_integral_value():
        raise Unfit("more than two decimals of yuan")
    return int(fen)


def to_yuan(value: Any) -> str:
    """Return: yuan with two decimals from a canonical amount."""
    return f"{_amount(value):.2f}"


def decimal(value: Any) -> str:
    """Return: fixed-point text."""
    return format(number(value), "f")


_INWARD: Mapping[str, Convert] = {
    "money.fen": from_fen,
    "money.yuan": from_yuan,
    "int": whole,
    "decimal": decimal,
    "url": url,
    "list": listed,
    "text": text,
    "bool": boolean,
    "mask.account": lambda value: masks.account(text(value)),
    "mask.name": lambda value: masks.name(text(value)),
    "mask.phone": lambda value: masks.phone(text(value)),
    "mask.id_number": lambda value: masks.id_number(text(value)),
    "mask.address": lambda value: masks.address(text(value)),
}
_OUTWARD: Mapping[str, Convert] = {**_INWARD, "money.fen": to_fen, "money.yuan": to_yuan}
NAMES: tuple[str, ...] = (*_INWARD, "date", "datetime")
DATED = frozenset({"date", "datetime"})


def inward(name: str, pattern: str = "iso") -> Convert:
    """Return: the converter from a city's value to the canonical one.  Raises: KeyError: no such converter."""
    if name not in DATED:
        return _INWARD[name]
    read = dates.reader(pattern)
    write = dates.wire_date if name == "date" else dates.wire

    # A page holds few different days: each is read once.  `typed`, for 1 and true are equal and not the same.
    @lru_cache(maxsize=_KEPT_DATES, typed=True)
    def kept(value: Any) -> str:
        return write(read(value))

    def convert(value: Any) -> str:
        try:
            return kept(value)
        except (ValueError, TypeError, OverflowError, OSError) as error:
            raise Unfit(f"not a {name} in the form {pattern}") from error

    return convert


def outward(name: str, pattern: str = "iso") -> Convert:
    """Return: the converter from a canonical argument to the city's form.  Raises: KeyError: no such converter."""
    if name not in DATED:
        return _OUTWARD[name]
    read = dates.reader("iso")
    write = dates.wire_date if name == "date" and pattern == "iso" else dates.writer(pattern)

    def convert(value: Any) -> Any:
        try:
            return write(read(value))
        except (ValueError, OverflowError, OSError) as error:
            raise Unfit(f"not a {name}") from error

    return convert
