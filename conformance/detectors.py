"""Personal data in a raw answer: identity numbers, mobile numbers, bank cards and the names of whoever is known.

Each is told by its own arithmetic, so that an order number is not taken for a person: the check digit of GB 11643-1999, the
ranges of mobile numbers, the Luhn digit of a card (ISO/IEC 7812-1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

_ID: Final = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
_PHONE: Final = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d{9}(?![0-9A-Za-z])")
_CARD: Final = re.compile(r"(?<![0-9A-Za-z])\d{16,19}(?![0-9A-Za-z])")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999 §4
_CHECKS: Final = "10X98765432"


def is_id_number(text: str) -> bool:
    """Eighteen characters with a date of birth and the right check digit."""
    if not re.fullmatch(r"\d{17}[0-9Xx]", text):
        return False
    try:
        datetime.strptime(text[6:14], "%Y%m%d")  # noqa: DTZ007 - a day, no instant
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == text[17].upper()


def is_bank_card(text: str) -> bool:
    """Sixteen to nineteen digits whose last is the Luhn digit; no identity number."""
    if not re.fullmatch(r"\d{16,19}", text) or is_id_number(text) or len(set(text)) == 1:
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(text))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def detected(text: str, names: Iterable[str] = ()) -> list[str]:
    """The kinds of personal data in a text: ID_NUMBER, PHONE, BANK_CARD, NAME."""
    kinds = []
    if any(is_id_number(found[0]) for found in _ID.finditer(text)):
        kinds.append("ID_NUMBER")
    if _PHONE.search(text):
        kinds.append("PHONE")
    if any(is_bank_card(found[0]) for found in _CARD.finditer(text)):
        kinds.append("BANK_CARD")
    if any(name and name in text for name in names):
        kinds.append("NAME")
    return kinds


def leaves(data: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text and number of an answer, with the key under which it stands."""
    match data:
        case dict():
            for name, value in data.items():
                yield from leaves(value, str(name))
        case list():
            for item in data:
                yield from leaves(item, key)
        case None | bool():
            return
        case _:
            yield key, str(data)
