"""The mapping hop: which rows fit, and for the first that does not, the rule that it broke, where it stands, and what it met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from channels.answer import Failure
from channels.converters import Unfit
from channels.diagnostics import Place, nearest
from channels.models import Each, Leaf, RestBackend
from channels.paths import dotted
from channels.personal import masked
from channels.refusals import ContractBroken
from channels.trial import Advice, Hop, both, plain
from channels.trial_answer import wrapper_advice
from channels.trial_case import Case
from channels.trial_wrapper import guess, top_level

LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class _Misfit:
    """Items that break one rule: how many, the first of them, and how it broke."""

    count: int
    item: Any
    unfit: Unfit


def mapping(case: Case) -> Hop | None:
    """What the mapping makes of the data; None where there is none."""
    opened = case.opened
    if opened is None or opened.broken is not None or isinstance(opened.data, Failure) or case.reply is None:
        return None
    try:
        items = case.compiled.items(opened.data)
    except ContractBroken as broken:
        return _not_found(case, opened.data, broken)
    misfits = _misfits(case, items)
    if misfits:
        return _misfit_hop(case, items, misfits)
    if isinstance(case.answer, Failure):
        return Hop("mapping", "error", both(case.answer.detail or str(case.answer.code)))
    count, output = len(items), case.output
    zh, en = f"{count} × {output},必填字段齐全", f"{count} × {output}, all required fields present"
    if not count:
        zh = en = f"0 × {output}"
    more = case.answer.next
    if more is not None:
        zh, en = f"{zh};还有下一页", f"{en}; more pages follow"
    return Hop("mapping", "ok", both(zh, en))


def _misfits(case: Case, items: list[Any]) -> list[_Misfit]:
    first: dict[tuple[Any, ...], tuple[Any, Unfit]] = {}
    counts: Counter[tuple[Any, ...]] = Counter()
    for item in items:
        try:
            case.compiled.read(item)
        except Unfit as unfit:
            rule = (unfit.place, str(unfit))
            counts[rule] += 1
            first.setdefault(rule, (item, unfit))
    return [_Misfit(counts[rule], item, unfit) for rule, (item, unfit) in first.items()]


def _misfit_hop(case: Case, items: list[Any], misfits: list[_Misfit]) -> Hop:
    withheld = sum(misfit.count for misfit in misfits)
    told = _told(case, misfits[0])
    advice = list(told[1])
    for other in misfits[1:]:
        zh, en = _sentence(case, other)
        advice += [plain(zh, en, place=_place(case, other.unfit))]
    zh, en = told[0]
    if len(items) > 1:
        zh, en = f"{zh}({len(items)} 行中 {withheld} 行)", f"{en} ({withheld} of {len(items)} rows)"
    partly = not isinstance(case.answer, Failure) and withheld < len(items)
    return Hop("mapping", "warning" if partly else "error", both(zh, en), advice=tuple(advice))


def _told(case: Case, misfit: _Misfit) -> tuple[tuple[str, str], tuple[Advice, ...]]:
    unfit, entry = misfit.unfit, case.entry(misfit.unfit.place)
    place = _place(case, unfit)
    where = (Advice(both(""), place=place),) if place is not None else ()
    if isinstance(entry, Leaf) and unfit.value is None:
        return _sentence(case, misfit), (*where, *_missing(misfit, entry, case))
    if isinstance(entry, Leaf) and entry.enum is not None:
        hint = plain(
            '补上这个代码;若不认识的代码可以都显示成一个值,写一条 "*"',
            'add the code, or an `"*"` entry if unknown codes may be shown as one value',
        )
        return _sentence(case, misfit), (*where, hint)
    if isinstance(entry, Leaf) and entry.converter:
        hint = plain(
            f"核对 as: {entry.converter}" + (f", format: {entry.format}" if entry.format else ""),
            f"compare as: {entry.converter}"
            + (f", format: {entry.format}" if entry.format else "")
            + " with what the city sends",
        )
        return _sentence(case, misfit), (*where, hint)
    return _sentence(case, misfit), where


def _sentence(case: Case, misfit: _Misfit) -> tuple[str, str]:
    unfit, entry = misfit.unfit, case.entry(misfit.unfit.place)
    name = ".".join(step for step in unfit.place if step != "map") or case.output
    if not unfit.place:
        return f"一行不是对象,而是 {_kind(misfit.item)}", f"a row is no object but {_kind(misfit.item)}"
    if unfit.value is None:
        source = entry.source if isinstance(entry, Leaf) else ""
        return (
            f"必填字段 `{name}` 没有值:答复里没有 `{source}`",
            f"required field `{name}` is missing: the answer has no `{source}`",
        )
    value = _shown(unfit.value)
    if isinstance(entry, Leaf) and entry.enum is not None:
        return (
            f"后端的值 `{value}` 在 `{name}` 的 enum 里没有",
            f"backend value `{value}` has no entry in the enum of `{name}`",
        )
    reason = str(unfit).rpartition(": ")[2]
    return (
        f"`{name}` 收到 {_kind(unfit.value)} `{value}`:{reason}",
        f"`{name}` met {_kind(unfit.value)} `{value}`: {reason}",
    )


def _missing(misfit: _Misfit, entry: Leaf, case: Case) -> tuple[Advice, ...]:
    """What the row has instead."""
    keys = dotted(entry.source or "")
    holder = misfit.item
    for step in misfit.unfit.place[:-1]:
        rule = case.entry(misfit.unfit.place[: misfit.unfit.place.index(step) + 1])
        if isinstance(rule, Each) and isinstance(holder, Mapping):
            inner = holder.get((dotted(rule.each) or ("",))[0])
            holder = inner[0] if isinstance(inner, list) and inner else holder
    for key in (keys or ())[:-1]:
        holder = holder.get(key) if isinstance(holder, Mapping) else None
    if not isinstance(holder, Mapping):
        return ()
    if keys and keys[-1] in holder:
        return (plain(f"`{entry.source}` 在,但为空", f"`{entry.source}` is there, but empty"),)
    near = nearest(keys[-1], [str(key) for key in holder]) if keys else None
    suggestion = (f"是不是 `{near}`?", f"did you mean `{near}`? ") if near else ("", "")
    names = ", ".join(map(str, holder))
    return (plain(f"{suggestion[0]}这一行有:{names}", f"{suggestion[1]}the row has: {names}"),)


def _place(case: Case, unfit: Unfit) -> Place | None:
    return case.place("response", "map", *unfit.place)


def _not_found(case: Case, data: Any, broken: ContractBroken) -> Hop:
    """The rows are not where `items` says, or what is there is no list."""
    response = case.rule.response
    path, key = (response.items, "items") if response.items is not None else (response.item or "@", "item")
    place = case.place("response", key)
    where = (Advice(both(""), place=place),) if place is not None else ()
    zh = f"{broken}:`{path}` 找不到;这里有:{top_level(data)}"
    en = f"{broken}: looked for `{path}`; there is: {top_level(data)}"
    bare = isinstance(case.backend, RestBackend) and case.backend.envelope is None
    if bare and guess(data, response):
        return Hop("mapping", "error", both(zh, en), advice=(*where, *wrapper_advice(case, data)))
    hint = plain(
        f"核对 response.{key},或先用 --record 录下答复",
        f"compare response.{key} with the answer, or keep it with --record",
    )
    return Hop("mapping", "error", both(zh, en), advice=(*where, hint))


def _kind(value: Any) -> str:
    names = {dict: "object", list: "list", str: "text", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), "null")


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    text = masked(text)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
