"""What to write in the place of what graphql-core refuses, where it names nothing that may have been meant."""

from __future__ import annotations

import re
from collections.abc import Callable

from graphql import get_named_type, is_enum_type, is_required_argument

from channels.text.diagnostics import nearest
from schema.exported import exported

DIRECTIVES = ("assurance", "public", "pii", "mask")
"""Those that a city writes."""
PLAIN_TYPES = ("String", "Int", "Float", "Boolean", "ID", "Date", "DateTime", "Money", "URL")


def advice(message: str) -> dict[str, str] | str:
    """What to write, where graphql-core names nothing that may have been meant."""
    for pattern, advise in _ADVICE:
        if match := re.match(pattern, message):
            return advise(match)
    return ""


def _both(zh: str, en: str) -> Callable[[re.Match[str]], dict[str, str]]:
    return lambda _match: {"zh": zh, "en": en}


def _of_directives(match: re.Match[str]) -> dict[str, str]:
    near, known = nearest(match[1].lower(), DIRECTIVES), [f"@{name}" for name in DIRECTIVES]
    zh, en = (f"是不是想写 `@{near}`?", f"did you mean `@{near}`? ") if near else ("", "")
    return {"zh": f"{zh}可用:{'、'.join(known)}", "en": f"{en}known: {', '.join(known)}"}


def _of_arguments(name: str) -> dict[str, str] | str:
    """How a directive is written, with its first value where that is an enum's."""
    known = exported().core.get_directive(name)
    if known is None or not known.args:
        return ""
    given = [(key, get_named_type(each.type)) for key, each in known.args.items() if is_required_argument(each)]
    written = ", ".join(f"{key}: {'|'.join(of.values) if is_enum_type(of) else '…'}" for key, of in given)
    return {"zh": f"写成 `@{name}({written})`", "en": f"write `@{name}({written})`"}


def _of_character(match: re.Match[str]) -> dict[str, str]:
    char = match[1].strip("'`")
    if char == "/":
        return {"zh": "说明写在 # 后面", "en": "a comment begins with #"}
    if char.isalpha():
        return {
            "zh": '名称只用英文字母、数字、下划线;中文写在它前面的 "说明" 里',
            "en": 'a name has letters a-z, digits and underscores; Chinese goes into the "description" before it',
        }
    return {"zh": f"删去 `{char}`", "en": f"remove `{char}`"}


_ADVICE: tuple[tuple[str, Callable[[re.Match[str]], dict[str, str] | str]], ...] = (
    (r"Unknown directive '@?(.+)'", _of_directives),
    (r"Unknown argument '.+' on directive '@?(\w+)'", lambda match: _of_arguments(match[1])),
    (r"Argument '@?(\w+)\(.+:\)' of type .+ is required", lambda match: _of_arguments(match[1])),
    (r"Unknown type ", _both(f"写自己的类型,或 {'、'.join(PLAIN_TYPES)}", f"write a type of the city's own, or {', '.join(PLAIN_TYPES)}")),
    (r"Unexpected character: (.+)\.", _of_character),
    (r"(?:There can be only one|.* can only be defined once|.* can only implement .* once)", _both("只留一个", "keep just one")),
    (r".*<EOF>", _both("在这里补上 `}`", "put a `}` here")),
    (r"Expected Name, found '}'", _both("在 { } 里至少写一个字段,或删去整个类型", "write at least one field between the braces, or remove the type")),
    (r"Unterminated string", _both('在这一行补上 `"`', 'write the `"` on this line')),
    (r"(?:Expected|Unexpected) ", _both("看这一行和上一行的括号、冒号", "look at the brackets and colons of this line and the one above")),
)  # fmt: skip
