"""What a value should look like, in both languages: its type or its form, an example, and what was probably meant.

A form that can be read off what was written (`2026/1/5`, `Deyang`, `40%`) is given ready to be typed; else an example is.
Nothing here refuses anything: the kinds are those of `scalars` and of pydantic.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

Both: TypeAlias = dict[str, str]
"""One text as `zh` and `en`."""


@dataclass(frozen=True, slots=True)
class Form:
    """`zh`, `en`: what is expected; `advice_*`: what to type where nothing can be read off what was written."""

    zh: str
    en: str
    advice_zh: str
    advice_en: str

    @property
    def expected(self) -> Both:
        return {"zh": self.zh, "en": self.en}

    @property
    def advice(self) -> Both:
        return {"zh": self.advice_zh, "en": self.advice_en}


_MAP: Final = Form("键值对", "a mapping of keys to values", "写成 {键: 值, …}", "write `{key: value, …}`")
_LIST: Final = Form("列表", "a list", "写成 [一项, 另一项]", "write `[one, another]`")

TYPES: Final[Mapping[str, Form]] = {
    "whole": Form(
        "整数", "a whole number", "只写半角数字,如 40;不带单位和千位逗号", "write digits alone, such as `40`; no unit"
    ),
    "number": Form(
        "数字",
        "a number",
        "只写半角数字,如 0.5;不带单位和百分号",
        "write digits alone, such as `0.5`; no unit, no percent sign",
    ),
    "percent": Form(
        "数字",
        "a number",
        "只写半角数字,如 10;不带百分号",
        "write digits alone, such as `10`; no percent sign",
    ),
    "flag": Form("true 或 false", "`true` or `false`", "是写 true,否写 false", "write `true` or `false`"),
    "text": Form("文字", "text", '写一段文字,如 "…"', 'write one text, such as "…"'),
    "single": Form("一个值", "a single value", "只写一个值,不用括号", "write one value, without brackets"),
    "mapping": Form(
        "路径或 {from: …}", "a path or {from: …}", "写成 路径 或 {from: 路径}", "write `PATH` or `{from: PATH}`"
    ),
    "dict_type": _MAP,
    "model_type": _MAP,
    "model_attributes_type": _MAP,
    "tuple_type": _LIST,
    "list_type": _LIST,
}
"""What a wrongly typed value should have been, by the kind of refusal."""

_EXAMPLES: Final[Mapping[str, tuple[str, str, str]]] = {
    "date": ("日期", "a date", "2026-11-30"),
    "url": ("网址", "a URL", "https://…"),
    "slug": ("英文标识", "a city's slug", "mycity"),
    "city_code": ("六位行政区划代码", "a six-digit city code", '"510600"'),
    "service_code": ("事项代码", "a service code", "WATER-QUERY"),
    "window": ("时间窗", "a time window", '"02:00-03:00 Asia/Shanghai"'),
    "sorting": ("排序", "an order", "dueOn desc"),
    "retry_on": (
        "可重试的情形:connect、timeout 或 HTTP 状态",
        "a cause to retry: connect, timeout or an HTTP status",
        '"503"',
    ),
    "clock": ("时间戳的写法", "a form of a time", "ms, s, yyyyMMddHHmmss"),
    "secret_source": ("密钥来源", "a source of secrets", "env, file:/run/secrets"),
    "base64": ("Base64", "Base64", "eyJjb2RlIjowfQ=="),
    "path_text": ("路径", "a path", "/api/v1"),
    "abort_rule": (
        "中止条件:error_rate > 比例(小于 1),或 p95 > 时长",
        "a rule to abort: error_rate > SHARE (below 1), or p95 > DURATION",
        '"error_rate > 0.02", "p95 > 2s"',
    ),
}
FORMS: Final[Mapping[str, Form]] = {
    kind: Form(zh, en, f"例如 {example}", f"for example {example}") for kind, (zh, en, example) in _EXAMPLES.items()
}
"""What an ill-formed value should look like, by the kind of refusal."""

_DAY = re.compile(r"(\d{4})\D{0,3}?(\d{1,2})\D{1,3}(\d{1,2})\D{0,3}|(\d{4})(\d{2})(\d{2})", re.ASCII)
_DAY_LAST = re.compile(r"(\d{1,2})\D(\d{1,2})\D(\d{4})", re.ASCII)
_DIGITS = re.compile(r"\s*(\d{1,12}(?:\.\d+)?)\s*(\D{0,6})", re.ASCII)
_TIMES: Final[Mapping[str, int]] = {
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10_000,
    "亿": 100_000_000,
    "k": 1000,
    "w": 10_000,
}
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*[%％]", re.ASCII)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(\D+)", re.ASCII)
_SCHEME = re.compile(r"(?:h[a-z]{1,6}|：?)\s*[:：]\s*[/\\]{1,3}|//", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9][\w-]*(?:\.[\w-]+)+(?::\d+)?(?:/[^\s]*)?$|localhost(?::\d+)?(?:/[^\s]*)?$", re.ASCII)
_LOCAL = ("127.", "localhost")
_FOLDER = re.compile(r"(?:[a-z]+\s*[:：]\s*)?(/[^\s:]*)", re.ASCII)
_UNITS: Final[Mapping[str, str]] = {
    "毫秒": "ms", "msec": "ms", "秒": "s", "秒钟": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "分": "m", "分钟": "m", "min": "m", "mins": "m", "minute": "m", "minutes": "m", "小时": "h", "时": "h", "hr": "h",
    "hour": "h", "hours": "h", "天": "d", "日": "d", "day": "d", "days": "d", "ms": "ms", "s": "s", "m": "m", "h": "h",
    "d": "d",
}  # fmt: skip
MONTHS, LONGEST = 12, 31
_YES: Final = ("yes", "on", "true", "1", "y", "是", "开", "启用")
_NO: Final = ("no", "off", "false", "0", "n", "否", "关", "停用", "不")


def meant(kind: str, found: str) -> str | None:
    """Return: what was written, in the form that it should have; None where that cannot be told."""
    read = _READ.get(kind)
    right = read(found) if read is not None else None
    return right if right and right != found else None


def to_type(kind: str, form: Form, found: str) -> Both:
    """The advice: what to type, ready where it can be told."""
    right = meant(kind, found)
    return {"zh": f"写成 `{right}`", "en": f"write `{right}`"} if right else form.advice


def _day(found: str) -> str | None:
    """The day in ISO form: its order is told by the year; past a month's end its last day is meant."""
    match, last = _DAY.fullmatch(found.strip()), _DAY_LAST.fullmatch(found.strip())
    if match is not None:
        year, month, day = (int(part) for part in match.groups() if part is not None)
    elif last is not None:
        first, second, year = (int(part) for part in last.groups())
        if first != second and max(first, second) <= MONTHS:
            return None  # the day before the month, or behind it
        month, day = sorted((first, second))
    else:
        return None
    if not 1 <= month <= MONTHS or not 1 <= day <= LONGEST or not year:
        return None
    return date(year, month, min(day, monthrange(year, month)[1])).isoformat()


def _whole(found: str) -> str | None:
    """The digits without a unit; `10万` is as many as it says."""
    match = _DIGITS.fullmatch(found.replace(",", "").replace("，", ""))
    if match is None or match[2].strip() in ("%", "％", "‰"):
        return None
    unit = match[2].strip().lower()
    times = _TIMES.get(unit if unit.isascii() else unit[:1], 1)
    value = Decimal(match[1]) * times
    return str(int(value)) if value == int(value) and ("." not in match[1] or times > 1) else None


def _number(found: str) -> str | None:
    match = _PERCENT.fullmatch(found)
    return f"{float(match[1]) / 100:g}" if match else None


def _percent(found: str) -> str | None:
    match = _PERCENT.fullmatch(found)
    return match[1] if match else None


def _flag(found: str) -> str | None:
    word = found.strip().lower()
    return "true" if word in _YES else "false" if word in _NO else None


def _list(found: str) -> str | None:
    inner = re.sub(r"\s*[,，、]\s*", ", ", found.strip("[] "))
    return f"[{inner}]" if re.fullmatch(r"[\w.\-]+(?:, [\w.\-]+)*", inner) and inner != "null" else None


def _slug(found: str) -> str | None:
    word = found.strip().lower().replace("-", "_")
    return word if re.fullmatch(r"[a-z][a-z0-9_]*", word) else None


def _service_code(found: str) -> str | None:
    code = re.sub(r"[\s_\-]+", "-", found.strip()).upper()
    return code if re.fullmatch(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*", code) else None


def _duration(found: str) -> str | None:
    match = _DURATION.fullmatch(found.strip())
    unit = _UNITS.get(match[2].strip().lower()) if match else None
    return f"{match[1]}{unit}" if match and unit else None


def _url(found: str) -> str | None:
    """The address with its scheme: a machine's own has no certificate."""
    match = _SCHEME.match(found)
    rest = found[match.end() :] if match else found
    if not _HOST.match(rest):
        return None
    return f"{'http' if rest.startswith(_LOCAL) else 'https'}://{rest}"


def _secret_source(found: str) -> str | None:
    match = _FOLDER.fullmatch(found.strip())
    return f"file:{match[1]}" if match else None


def _sorting(found: str) -> str | None:
    words = found.split()
    if not words or not re.fullmatch(r"[a-z][A-Za-z0-9]*", words[0]):
        return None
    rising = len(words) > 1 and words[1].lower().startswith("asc")
    return f"{words[0]} {'asc' if rising else 'desc'}"


_READ: Final[Mapping[str, Callable[[str], str | None]]] = {
    "date": _day,
    "whole": _whole,
    "number": _number,
    "percent": _percent,
    "flag": _flag,
    "tuple_type": _list,
    "list_type": _list,
    "slug": _slug,
    "service_code": _service_code,
    "duration": _duration,
    "sorting": _sorting,
    "url": _url,
    "secret_source": _secret_source,
}
