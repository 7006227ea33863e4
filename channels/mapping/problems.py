"""What is wrong in a mapping, as values: code, place inside the mapping, sentence and advice in both languages.

The place is a path of keys below `map:` or `vars:`; the checker knows where in the file that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Literal, TypeAlias

from channels.answer import Bilingual
from channels.mapping.shape import FieldShape, Shape

Place: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake.  `at`: whether the key or the value at `place` is meant; an empty place is `map:` itself."""

    code: str
    place: Place
    at: Literal["key", "value"]
    message: Bilingual
    help: Bilingual


def bad_path(place: Place, expression: str, reason: str) -> Problem:
    """ROAM-401: not JMESPath."""
    advice = Bilingual("JMESPath 速查:roam explain mapping", "JMESPath, quick reference: roam explain mapping")
    if not expression.isascii() and '"' not in expression:
        advice = Bilingual(
            "中文字段名要加双引号:'\"姓名\"'", "names with Chinese characters need double quotes: '\"姓名\"'"
        )
    message = Bilingual(f"映射表达式有误:{reason}", f"bad mapping expression: {reason}")
    return Problem("ROAM-401", place, "value", message, advice)


def unknown_converter(place: Place, found: str, known: Iterable[str]) -> Problem:
    """ROAM-402: not on the closed list."""
    message = Bilingual(f"没有转换器 `{found}`", f"unknown converter `{found}`")
    return Problem("ROAM-402", place, "value", message, _near(found, known))


def unknown_field(place: Place, found: str, shape: Shape, near: str | None) -> Problem:
    """ROAM-403: the canonical type has no such field.  `near`: the one that was meant."""
    names = ", ".join(shape.fields)
    zh = (f"是不是想写 `{near}`?" if near else "") + f"可用:{names.replace(', ', '、')}"
    en = (f"did you mean `{near}`? " if near else "") + f"{shape.name} has: {names}"
    message = Bilingual(f"规范类型 `{shape.name}` 没有字段 `{found}`", f"`{shape.name}` has no field `{found}`")
    advice = Bilingual(zh, f"{en}; a city-specific field belongs in contribute.graphql")
    return Problem("ROAM-403", place, "key", message, advice)


def misspelt_key(place: Place, found: str, known: Iterable[str]) -> Problem:
    """ROAM-201: a key of a rule, misspelt."""
    message = Bilingual(f"未知字段 `{found}`", f"unknown field `{found}`")
    return Problem("ROAM-201", place, "key", message, _near(found, known))


def not_mapped(place: Place, fields: Sequence[FieldShape], shape: Shape) -> Problem:
    """ROAM-404: required fields of one type are left out."""
    listed = [f"`{field.name}: {field.type}`" for field in fields]
    several, name = len(listed) > 1, fields[0].name
    message = Bilingual(
        f"`{shape.name}` 的必填字段 {'、'.join(listed)} 没有映射",
        f"required field{'s' if several else ''} {', '.join(listed)} of `{shape.name}` {'are' if several else 'is'} not mapped",
    )
    advice = Bilingual(
        f"补上 `{name}: 路径` 或 `{name}: {{value: …}}`{',其余也一样' if several else ''}",
        f"add `{name}: <path>` or `{name}: {{value: …}}`{', and so on' if several else ''}",
    )
    return Problem("ROAM-404", place, "key", message, advice)


def misfit(place: Place, field: FieldShape, zh: str, en: str) -> Problem:
    """ROAM-405: the rule yields another kind of value than the field holds.  `zh`, `en`: what it yields."""
    message = Bilingual(
        f"`{field.name}` 是 {field.type},不能用{zh}", f"`{field.name}` is {field.type}: {en} does not fit"
    )
    return Problem(
        "ROAM-405", place, "value", message, Bilingual("换用相应的写法", f"write a rule that yields {field.type}")
    )


def bad_format(place: Place, found: str) -> Problem:
    """ROAM-406: not a date pattern."""
    message = Bilingual(f"`{found}` 不是日期格式", f"`{found}` is not a date format")
    forms = "iso, epoch_ms, epoch_s, yyyyMMdd, yyyy-MM-dd HH:mm:ss"
    return Problem("ROAM-406", place, "value", message, Bilingual(f"例如:{forms}", f"for example: {forms}"))


def idle_format(place: Place) -> Problem:
    """ROAM-406: a date pattern that nothing applies."""
    message = Bilingual(
        "`format` 要与 as: date 或 as: datetime 同写", "`format` does nothing without `as: date` or `as: datetime`"
    )
    return Problem(
        "ROAM-406",
        place,
        "value",
        message,
        Bilingual("补上 as: date 或 as: datetime", "add `as: date` or `as: datetime`"),
    )


def unknown_value(place: Place, found: object, field: FieldShape) -> Problem:
    """ROAM-407: the enum of the graph has no such value."""
    written = shown(found)
    near = meant(written, field.values)
    listed = ", ".join(field.values)
    message = Bilingual(f"`{written}` 不是 {field.base} 的取值", f"`{written}` is not a value of {field.base}")
    advice = Bilingual(
        (f"是不是想写 `{near}`?" if near else "") + f"取值:{listed.replace(', ', '、')}",
        (f"did you mean `{near}`? " if near else "") + f"values: {listed}",
    )
    return Problem("ROAM-407", place, "value", message, advice)


def no_unit(place: Place, field: FieldShape) -> Problem:
    """ROAM-408: money without fen or yuan."""
    message = Bilingual(
        f"`{field.name}` 是金额:请写明后端单位是分还是元",
        f"`{field.name}` is Money: say whether the backend counts in fen or yuan",
    )
    advice = Bilingual("补上 as: money.fen 或 as: money.yuan", "add `as: money.fen` or `as: money.yuan`")
    return Problem("ROAM-408", place, "key", message, advice)


def shown(value: object) -> str:
    """A value as a file writes it, in short."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case list():
            return "[…]"
        case dict():
            return "{…}"
    return str(value)


def _near(found: str, known: Iterable[str]) -> Bilingual:
    names = tuple(known)
    near = meant(found, names)
    listed = ", ".join(names)
    zh = f"是不是想写 `{near}`?" if near else ""
    en = f"did you mean `{near}`? " if near else ""
    return Bilingual(f"{zh}可用:{listed.replace(', ', '、')}", f"{en}known: {listed}")


def meant(found: str, known: Iterable[str]) -> str | None:
    """The name most likely meant: people get the beginning right (`dueDate` is nearer to `dueOn` than to `state`)."""

    def closeness(name: str) -> tuple[int, float]:
        one, other = found.lower(), name.lower()
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
        return alike, SequenceMatcher(None, one, other).ratio()

    close = [name for name in known if closeness(name)[1] >= 0.5]
    return max(close, key=closeness, default=None)
