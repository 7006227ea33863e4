"""Rows that are not where the channel looks for them, and rows that came twice: what the answer's shape has to do with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from channels.declared.models import RestBackend
from channels.mapping.paths import BadPath, compile_path
from channels.protocols.refusals import ContractBroken
from channels.trial.answer import wrapper_advice
from channels.trial.case import Case
from channels.trial.told import Advice, Hop, both, plain
from channels.trial.wrapper import guess, kind_of, top_level


def not_found(case: Case, data: Any, broken: ContractBroken) -> Hop:
    """The rows are not where `items` or `item` says, or what is there is of another type."""
    response = case.rule.response
    path, key = (response.items, "items") if response.items is not None else (response.item or "@", "item")
    place = case.place("response", key)
    where = (Advice(both(""), place=place),) if place is not None else ()
    zh, en = _found_instead(data, path, wanted="list" if key == "items" else "object")
    words = both(f"{broken}:{zh}", f"{broken}: {en}")
    bare = isinstance(case.backend, RestBackend) and case.backend.envelope is None
    if bare and isinstance(data, Mapping) and guess(data, response):
        return Hop("mapping", "error", words, advice=(*where, *wrapper_advice(case, data)))
    hint = plain(
        f"数据类型变了?请该市恢复原样,或改 response.{key};可先用 --record 录下答复",
        f"has the city changed the type? ask for the old one, or change response.{key}; --record keeps the answer",
    )
    return Hop("mapping", "error", words, advice=(*where, hint))


def _found_instead(data: Any, path: str, *, wanted: str) -> tuple[str, str]:
    """What stands where `path` leads, or what there is where it leads nowhere."""
    zh, en = ("数组", "a list") if wanted == "list" else ("对象", "an object")
    found = data if path == "@" else _at(path, data)
    if path != "@" and found is None:
        if isinstance(data, Mapping):
            return f"找不到 `{path}`;这里有:{top_level(data)}", f"looked for `{path}`; there is: {top_level(data)}"
        stands = kind_of(data)
        return (
            f"找不到 `{path}`;外面是{stands[0]},应为对象",
            f"looked for `{path}`; there is {stands[1]} where an object is expected",
        )
    stands, name = kind_of(found), "答复" if path == "@" else f"`{path}`"
    return f"{name}是{stands[0]},应为{zh}", f"{'it' if path == '@' else name} is {stands[1]}, expected {en}"


def _at(path: str, data: Any) -> Any:
    try:
        return compile_path(path)(data)
    except BadPath:
        return None


def repeated(items: Iterable[Any]) -> int:
    """Return: how many rows are the same as one before."""
    counts = Counter(orjson.dumps(item, option=orjson.OPT_SORT_KEYS, default=str) for item in items)
    return sum(counts.values()) - len(counts)
