"""A guess of the wrapper that a city really puts around its answers, from one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from channels.declared.models import Each, Leaf, MapEntry, Nested, Response
from channels.mapping.converters import Unfit, text
from channels.mapping.paths import BadPath, compile_path, dotted

_STATES: Final = (
    "code", "status", "success", "ok", "ret", "retcode", "ret_code", "errcode", "errno", "error_code", "resultcode",
    "result_code", "rescode", "state", "flag", "statuscode", "status_code", "zt",
)  # fmt: skip
_DATA: Final = ("data", "result", "body", "content", "payload", "datas", "rows", "list", "obj", "response")
_KINDS: Final = {
    dict: ("对象", "an object"),
    list: ("数组", "a list"),
    str: ("文本", "text"),
    bool: ("布尔值", "a boolean"),
    int: ("数字", "a number"),
    float: ("数字", "a number"),
    type(None): ("空", "null"),
}
_NAMES = re.compile(r'"([^"]+)"|([A-Za-z_]\w*)')
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def top_level(body: Any) -> str:
    """What an answer is made of at its top: keys, or its kind."""
    if isinstance(body, Mapping):
        return ", ".join(map(str, body)) or "{}"
    return {list: "[…]", str: '"…"', type(None): "null"}.get(type(body), type(body).__name__)


def kind_of(value: Any) -> tuple[str, str]:
    """What a JSON value is, in Chinese and in English with its article."""
    return _KINDS.get(type(value), ("空", "null"))


def guess(body: Any, response: Response, written: Callable[[str], str] = lambda path: path) -> str | None:
    """Return: `ok: "status == 'ok'", data: result`, None when nothing looks like a wrapper.

    `written`: how the path to a key of `body` is written; a body inside one other element has a longer one.
    """
    if not isinstance(body, Mapping):
        return None
    data = _data(body, response)
    state = _state(body)
    if state is None and len(body) == 1:
        (key, inner), *_ = body.items()
        deeper = guess(inner, response, lambda path: written(f"{_quoted(str(key))}.{path}"))
        if deeper is not None:
            return deeper
    parts = []
    if state is not None:
        parts.append(f'ok: "{_condition(written(_quoted(state)), body[state])}"')
    if data is not None:
        parts.append(f"data: {written(_quoted(data))}")
    return ", ".join(parts) or None


def guess_in_soap(body: Any, response: Response) -> str | None:
    """The same for a SOAP body, whose one element is called after the action."""
    inner = next(iter(body.values()), None) if isinstance(body, Mapping) else None
    return guess(inner, response, lambda path: f"*.{path} | [0]")


def _state(body: Mapping[str, Any]) -> str | None:
    scalars = {key.lower(): key for key, value in body.items() if isinstance(value, str | int | bool)}
    return next((scalars[name] for name in _STATES if name in scalars), None)


def _data(body: Mapping[str, Any], response: Response) -> str | None:
    """The key that holds what the operation wants: where `items` leads somewhere, else where most mapped names are."""
    nests = [key for key, value in body.items() if isinstance(value, Mapping | list)]
    if response.items and response.items != "@":
        try:
            get = compile_path(response.items)
        except BadPath:
            return None
        for key in nests:
            if isinstance(get(body[key]), list | Mapping):
                return key
    wanted = set(sources(response.mapping))
    scored = [(len(wanted & set(_keys(body[key]))), key) for key in nests]
    best = max(scored, default=(0, ""), key=lambda pair: pair[0])
    if best[0]:
        return best[1]
    return next((key for key in nests if key.lower() in _DATA), None)


def sources(mapping: Mapping[str, MapEntry]) -> Iterator[str]:
    """Every name of the city's that a mapping reads."""
    for entry in mapping.values():
        match entry:
            case Leaf(source=source) if source:
                yield from _names(source)
            case Each(each=each, mapping=inner):
                yield from _names(each)
                yield from sources(inner)
            case Nested(mapping=inner):
                yield from sources(inner)


def _names(expression: str) -> Iterator[str]:
    keys = dotted(expression)
    if keys is not None:
        yield from keys
    else:
        yield from (quoted or bare for quoted, bare in _NAMES.findall(expression))


def _keys(value: Any, depth: int = 4) -> Iterator[str]:
    if depth and isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _keys(inner, depth - 1)
    elif depth and isinstance(value, list) and value:
        yield from _keys(value[0], depth - 1)


def _condition(path: str, value: Any) -> str:
    if isinstance(value, bool):
        return path if value else f"{path} == `true`"
    try:
        written = text(value)
    except Unfit:
        return path
    return f"{path} == '{written}'" if isinstance(value, str) else f"to_string({path}) == '{written}'"


def _quoted(key: str) -> str:
    return key if _WORD.fullmatch(key) else f'"{key}"'
