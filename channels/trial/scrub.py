"""An answer made fit to be kept: nobody's name, number, phone, address, record number or token is left in it.

Within one file the same value gets the same pseudonym.  Shapes stay: as many digits, the same letters' case, the same separators.
Identity and mobile numbers become ones that nobody can have (`channels.personal.nobodys`), also within a longer text, and nothing
else becomes a number that could be somebody's.
Codes, dates, amounts and what a public operation says stay as they are, so that the mapping makes of the copy what it made of the
answer.  What is not known to be harmless is changed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

from channels.declared.models import Each, Leaf, MapEntry, Nested
from channels.fixtures.replay import CLAIMS
from channels.mapping.paths import dotted
from channels.mapping.shape import Shape
from channels.personal import (
    NOBODYS_AREA,
    NOBODYS_BLOCK,
    identity_numbers,
    kind_of,
    masked,
    mobile_numbers,
    nobodys,
    person,
)

_NAMES: Final = ("李四", "王五", "赵六", "孙七", "周八", "吴九", "郑十", "冯甲", "陈乙", "杨丙", "朱丁", "秦戊")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION = re.compile(
    r"(?:公司|集团|银行|局|院|中心|厂|所|厅|学校|大学|部门|处|馆|站|供电|燃气|热线|市|区|县|科|登记处|医院|大厅)$"
)
_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_NUMBERS = re.compile(r"\d{4,}", re.ASCII)
_DAY = re.compile(r"(?:19|20)\d\d-[01]\d(?:-[0-3]\d)?", re.ASCII)
_DIGITS = re.compile(r"\d")
_ORGANISATIONS = frozenset({"payee", "employer", "venueName", "department"})  # fields that name no person
_MONTHS = frozenset({"period", "lastPaidMonth", "depositedTo"})
_ADDRESS = re.compile(r"(https?://[^/?#]+)(.*)", re.DOTALL)
_KEPT = frozenset({"Money", "Date", "DateTime", "Int", "Float", "Boolean", "Decimal"})
_LONGEST_KEPT_DIGITS = 3
_TOKEN = 16


class Pseudonyms:
    """One file's pseudonyms.  `known`: values that already have one, such as the claims that were sent."""

    def __init__(self, known: Mapping[str, str] = {}) -> None:
        self._made = dict(known)
        self._key = secrets.token_bytes(16)
        self._counts: dict[str, int] = {}

    def of(self, value: str, key: str = "") -> str:
        """The pseudonym of a text that is somebody's or might be."""
        if value not in self._made:
            self._made[value] = self._new(value, key)
        return self._made[value]

    def _new(self, value: str, key: str) -> str:
        found = kind_of(value, key)
        kind = found[0] if found else ("NAME" if person(value) else "")
        if address := _ADDRESS.fullmatch(value):
            return address[1] + self._shaped(address[2])
        match kind:
            case "NAME":
                return self._name()
            case "ID_NUMBER" if len(value) == 18:
                return self._identity()
            case "PHONE" if value.isdigit() and len(value) == 11:
                return f"{NOBODYS_BLOCK}{self._count('phone') % 10_000:04d}"
            case "ADDRESS":
                return f"某市某路{self._count('address')}号"
        return self._shaped(value)

    def _count(self, kind: str) -> int:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return self._counts[kind]

    def _name(self) -> str:
        number = self._count("name") - 1
        return _NAMES[number % len(_NAMES)] + ("" if number < len(_NAMES) else _NAMES[number // len(_NAMES) % 12][1])

    def _identity(self) -> str:
        number = f"{NOBODYS_AREA}19000101{self._count('id') % 1000:03d}"
        total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=True))
        return number + "10X98765432"[total % 11]

    def _shaped(self, value: str) -> str:
        """Other digits, other characters, the same shape; two values never share one."""
        for salt in range(100):
            made = self._mixed(value, salt)
            if made == value or (made not in self._made.values() and not _somebodys(made)):
                return made
        return made

    def _mixed(self, value: str, salt: int) -> str:
        """One such text.  The numbers in it that are somebody's have the pseudonyms that they have elsewhere."""
        stream = hmac.new(self._key, f"{salt} {value}".encode(), hashlib.sha512).digest() * (len(value) // 64 + 1)
        made = "".join(map(_another, value, stream, [len(value) >= _TOKEN] * len(value)))
        for found in (*identity_numbers(value), *mobile_numbers(value)):
            start = found.end() - len(found[0].removeprefix("+").removeprefix("86").lstrip("- "))
            if (number := value[start : found.end()]) != value:
                made = made[: found.start()] + value[found.start() : start] + self.of(number) + made[found.end() :]
        return made


def _somebodys(made: str) -> bool:
    """Whether a made-up text holds a number that could be somebody's."""
    return any(not nobodys(found[0]) for found in (*identity_numbers(made), *mobile_numbers(made)))


def _another(char: str, byte: int, letters_too: bool) -> str:
    if char in "0123456789":
        return str(byte % 10)
    if _CHINESE.fullmatch(char):
        return "某"
    if letters_too and char.isascii() and char.isalpha():
        return chr((ord("a") if char.islower() else ord("A")) + byte % 26)
    return char


class Scrub:
    """Scrubs the answers of one operation.  `public`: it is about nobody, so only what proves itself is changed."""

    def __init__(
        self, mapping: Mapping[str, MapEntry], shape: Shape | None, *, public: bool, claims: Mapping[str, str]
    ) -> None:
        known = {value: CLAIMS[key] for key, value in claims.items() if key in CLAIMS and value}
        self._names, self._public = Pseudonyms(known), public
        self._kept: set[str] = set()
        self._shown: set[str] = set()
        self._known = known
        _sort(mapping, shape, self._kept, self._shown)

    def value(self, value: Any, key: str = "") -> Any:
        """The scrubbed copy of any JSON value; `key` is the name it stands under."""
        match value:
            case Mapping():
                return {name: self.value(inner, str(name)) for name, inner in value.items()}
            case list():
                return [self.value(inner, key) for inner in value]
            case bool() | None | float():
                return value
            case int():
                return self._number(value, key)
            case str():
                return self.text(value, key)
        return value

    def text(self, value: str, key: str = "") -> str:
        if value in self._known:
            return self._known[value]
        if kind_of(value, key):
            return self._names.of(value, key)
        if self._public or key in self._kept or _harmless(value):
            return value
        if key in self._shown and _ORGANISATION.search(value):
            return value
        return self._names.of(value, key)

    def loose(self, text: str) -> str:
        """A text that is no data: every number of four digits and more, and whatever proves itself."""
        return _NUMBERS.sub(lambda found: self._names.of(found[0]), masked(text))

    def _number(self, value: int, key: str) -> int:
        made = self.text(str(value), key)
        return int(made) if made.lstrip("-").isdigit() and not (made.startswith("0") and len(made) > 1) else value


def _harmless(value: str) -> bool:
    """Dates, short codes and words: no Chinese, at most three digits, no token."""
    if _DAY.fullmatch(value):
        return True
    return not _CHINESE.search(value) and len(_DIGITS.findall(value)) <= _LONGEST_KEPT_DIGITS and len(value) < _TOKEN


def _sort(mapping: Mapping[str, MapEntry], shape: Shape | None, kept: set[str], shown: set[str]) -> None:
    """Which of the city's names hold codes, dates and amounts (kept), and which hold texts that are shown as they are."""
    for name, entry in mapping.items():
        field = shape.fields.get(name) if shape is not None else None
        match entry:
            case Leaf(source=source, enum=enum, converter=converter) if source and (keys := dotted(source)):
                typed = name in _MONTHS or (field is not None and (field.base in _KEPT or bool(field.values)))
                if (
                    enum is not None
                    or typed
                    or (converter or "").startswith(("money", "date", "int", "bool", "decimal"))
                ):
                    kept.add(keys[-1])
                elif name in _ORGANISATIONS:
                    shown.add(keys[-1])
            case Each(mapping=inner) | Nested(mapping=inner):
                _sort(inner, field.shape if field is not None else None, kept, shown)


__all__ = ["Pseudonyms", "Scrub"]
