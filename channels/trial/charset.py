"""Which charset bytes really are in: the declared one decides, these only say what else it could be."""

from __future__ import annotations

import re
from typing import Final

CANDIDATES: Final = ("utf-8", "gbk", "gb18030", "big5", "utf-16")
NAMES: Final = {"utf-8": "UTF-8", "gbk": "GBK", "gb18030": "GB18030", "big5": "Big5", "utf-16": "UTF-16"}
_THREE_BYTES = re.compile(
    rb"[\xe4-\xe9][\x80-\xbf]{2}"
)  # UTF-8's form of U+4000 to U+9FFF, the common Chinese characters
_BOM_16 = (b"\xff\xfe", b"\xfe\xff")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def likely(body: bytes, declared: str) -> str | None:
    """Return: another charset in which all of `body` is text, None when none is.  Chinese text is what cities send."""
    if body.startswith(_BOM_16):
        return "utf-16"
    for name in CANDIDATES[:-1]:
        if name == declared or (name == "gbk" and declared == "gb18030"):
            continue
        try:
            text = body.decode(name)
        except UnicodeDecodeError:
            continue
        if _CHINESE.search(text):
            return name
    return None


def disguised(body: bytes, declared: str) -> bool:
    """Whether bytes that can be read as GBK are UTF-8 all the same: they then read as wrong characters, without an error."""
    if declared == "utf-8" or len(_THREE_BYTES.findall(body)) < 2:
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def text_of(body: bytes, declared: str) -> str:
    """Return: the body as text for people, in whatever charset it seems to be; never an error."""
    try:
        return body.decode(declared)
    except UnicodeDecodeError:
        return body.decode(likely(body, declared) or declared, "replace")
