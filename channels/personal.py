"""Personal data recognised in what a city sends: by value where a number proves itself, else by name and value together.

Sources: GB 11643 (identity numbers and their check character, ISO 7064 MOD 11-2), ISO/IEC 7812-1 (card numbers, Luhn),
GA 36 (number plates).  A number that only looks like one is not taken for one: order numbers are as long.

Numbers that were made up are told from real ones by their beginning (`nobodys`): pseudonyms and personas have no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias

Kind: TypeAlias = Literal["ID_NUMBER", "PHONE", "BANK_CARD", "NAME", "ADDRESS", "VEHICLE_PLATE", "EMAIL"]
DEPTH: Final = 12
NOBODYS_AREA: Final = "510000"  # GB/T 2260: Sichuan as a whole
NOBODYS_BLOCK: Final = "1990000"
# GB 11643: an identity number begins with the code of the county or district where its owner was registered.  Every city of
# Sichuan has some, so none begins with the code of the province or of a whole city, which end in 00.  (Other provinces have a
# few cities without: Dongguan's numbers do begin with 441900.)
_NOBODYS_ID = re.compile(r"51\d\d00", re.ASCII)
_NOBODYS_PHONE = re.compile(
    r"(?:\+?86[- ]?)?19[89]0000\d{4}", re.ASCII
)  # the blocks that this project keeps for made-up ones
_ID = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])", re.ASCII)
_PHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d{9}(?![0-9A-Za-z])", re.ASCII)
_CARD = re.compile(r"(?<![0-9A-Za-z])(?:62\d{14,17}|4\d{15}|5[1-5]\d{14})(?![0-9A-Za-z])", re.ASCII)
_PLATE = re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][A-HJ-NP-Z0-9]{5,6}")
_EMAIL = re.compile(r"[\w.+-]{2,}@[\w-]+\.[\w.-]{2,}", re.ASCII)
_STREET = re.compile(
    r"(?:路|街|巷|村|镇|乡|小区|大道|社区).{0,20}?(?:\d|[一二三四五六七八九十])+(?:号|栋|幢|单元|室|组|层)"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕罗毕郝安常于傅齐康伍余顾孟黄穆萧尹姚邵汪祁毛米贝戴宋庞熊纪舒项祝董梁杜阮蓝"
    "闵季麻贾江童颜郭梅林钟徐邱骆高夏蔡田樊胡凌霍万柯卢莫房丁邓洪包石崔吉龚程邢裴陆翁段侯武刘龙叶黎白蒲邹游付肖代谭曾覃"
)
_NAME_KEYS = re.compile(
    r"^(?:(?:real|user|cust|customer|owner|holder|contact|patient|applicant|citizen|full|link)_?)?name$"
    r"|^(?:xm|owner|holder|contact|linkman|czr|hzxm|yhxm|khxm)$|姓名|户主|联系人",
    re.IGNORECASE,
)
_ADDRESS_KEYS = re.compile(r"addr|address|(?:^|_)(?:dz|zz|jtzz|jzdz|txdz)$|地址|住址", re.IGNORECASE)
_PHONE_KEYS = re.compile(r"phone|mobile|cell|tel|contact|sjh|lxfs|dh(?:hm)?$|手机|电话|联系方式", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Found:
    """Personal data at a path of names.  `sure`: the value proves itself; else name and value only suggest it."""

    path: tuple[str, ...]
    kind: Kind
    sure: bool
    value: str

    @property
    def name(self) -> str:
        """The last name, or the path where a name says too little."""
        return ".".join(self.path)


def identity_number(text: str) -> bool:
    """Whether 18 characters are an identity number: a day of birth that was, and the right check character."""
    if not _ID.fullmatch(text):
        return False
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return 1900 <= born.year < 2100 and _CHECKS[total % 11] == text[17].upper()


def identity_numbers(text: str) -> Iterator[re.Match[str]]:
    """Every identity number in a text."""
    return (found for found in _ID.finditer(text) if identity_number(found[0]))


def mobile_numbers(text: str) -> Iterator[re.Match[str]]:
    """Everything in a text that could be a mobile number; a time in milliseconds could."""
    return _PHONE.finditer(text)


def says_phone(key: str) -> bool:
    """Whether a value's name says that it is a phone number."""
    return _PHONE_KEYS.search(key) is not None


def nobodys(number: str) -> bool:
    """Whether an identity or mobile number was made up: it is in a range that no citizen's number is in, or is kept for this."""
    return _NOBODYS_ID.match(number) is not None if _ID.fullmatch(number) else bool(_NOBODYS_PHONE.fullmatch(number))


def card_number(text: str) -> bool:
    """Whether a number of 16 to 19 digits is a card's, by its issuer's range and the Luhn check."""
    if not _CARD.fullmatch(text):
        return False
    digits = [int(digit) for digit in reversed(text)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def kind_of(text: str, key: str = "") -> tuple[Kind, bool] | None:
    """What a text is, and whether that is sure; None when it is nobody's."""
    for found in _ID.findall(text):
        if identity_number(found):
            return "ID_NUMBER", True
    if any(card_number(found) for found in _CARD.findall(text)):
        return "BANK_CARD", True
    if _PHONE.search(text):
        return "PHONE", True
    if _EMAIL.search(text):
        return "EMAIL", True
    if _PLATE.fullmatch(text.strip()):
        return "VEHICLE_PLATE", True
    words = _CAMEL.sub("_", key)
    if _NAME_KEYS.search(words) and person(text):
        return "NAME", False
    if (_ADDRESS_KEYS.search(words) and _chinese(text)) or _STREET.search(text):
        return "ADDRESS", False
    return None


def person(text: str) -> bool:
    """Whether a text could be a Chinese person's name: a surname and one to three characters more."""
    text = text.strip()
    return 2 <= len(text) <= 4 and text[0] in _SURNAMES and all(_chinese(char) for char in text)


def scan(data: Any, path: tuple[str, ...] = (), depth: int = DEPTH) -> Iterator[Found]:
    """Yield: all that is somebody's in an answer, in its order; members of a list share its path."""
    match data:
        case Mapping() if depth:
            for key, value in data.items():
                yield from scan(value, (*path, str(key)), depth - 1)
        case list() | tuple() if depth:
            for item in data:
                yield from scan(item, path, depth - 1)
        case str() | int() if not isinstance(data, bool):
            found = kind_of(str(data), path[-1] if path else "")
            if found is not None:
                yield Found(path, found[0], found[1], str(data))


def masked(text: str) -> str:
    """A text with everything made unreadable by which somebody is known; for texts that people at a terminal see."""
    return _EMAIL.sub("***@***", starred(text))


def starred(text: str) -> str:
    """A text with every number that is somebody's made unreadable; as long as before."""
    for number in (_ID, _CARD, _PHONE):
        text = number.sub(lambda found: _stars(found[0]), text)
    return text


def _stars(number: str) -> str:
    return number[:3] + "*" * (len(number) - 5) + number[-2:]


def _chinese(text: str) -> bool:
    return any("\u3400" <= char <= "\u9fff" or char >= "\U00020000" for char in text)
