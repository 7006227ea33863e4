"""The mapping hop: which rows fit, and for the first that does not, the rule that it broke, where it stands, and what it met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from channels.answer import Bilingual, Failure
from channels.declared.models import Each, Leaf
from channels.mapping.converters import Unfit
from channels.mapping.paths import dotted
from channels.personal import masked
from channels.protocols.refusals import ContractBroken
from channels.text.diagnostics import Place, nearest
from channels.trial.case import Case
from channels.trial.shape import not_found, repeated
from channels.trial.told import Advice, Hop, both, plain
from channels.trial.wrapper import kind_of, sources

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
        return not_found(case, opened.data, broken)
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
    if twice := repeated(items):
        return _repeating(both(f"{zh};{twice} 行与前面的完全相同", f"{en}; {twice} came twice"), case)
    return Hop("mapping", "ok", both(zh, en))


def _repeating(words: Bilingual, case: Case) -> Hop:
    hint = plain(
        "同一记录该市发了两次;有 id 的行只显示一次。请该市查其分页或联表(规则 E01)",
        "the city sends a record twice; rows with an id are shown once. Ask it to look at its paging or joins (rule E01)",
    )
    place = case.place("response", "items")
    return Hop("mapping", "warning", words, advice=(*((Advice(both(""), place=place),) if place else ()), hint))


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
        kind = kind_of(misfit.item)
        return f"一行不是对象,而是{kind[0]}", f"a row is no object but {kind[1]}"
    if unfit.value is None:
        source = (entry.source or "") if isinstance(entry, Leaf) else ""
        if (dotted(source) or ("",))[-1] in _holder(misfit, source, case):
            return (
                f"必填字段 `{name}` 没有值:`{source}` 在,但为空",
                f"required field `{name}` is empty: `{source}` is there, but null",
            )
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
    reason, kind = str(unfit).rpartition(": ")[2], kind_of(unfit.value)
    return f"`{name}` 收到{kind[0]} `{value}`:{reason}", f"`{name}` met {kind[1]} `{value}`: {reason}"


def _missing(misfit: _Misfit, entry: Leaf, case: Case) -> tuple[Advice, ...]:
    """What the row has instead; a name that the mapping reads already is no suggestion."""
    keys = dotted(entry.source or "")
    holder = _holder(misfit, entry.source or "", case)
    if not holder:
        return ()
    if keys and keys[-1] in holder:
        hint = plain("请该市补上,或确认这种行本就没有", "ask the city to fill it, or whether such rows never have one")
        return (hint,)
    read = set(sources(case.rule.response.mapping))
    near = nearest(keys[-1], [str(key) for key in holder if key not in read]) if keys else None
    suggestion = (f"是不是 `{near}`?", f"did you mean `{near}`? ") if near else ("", "")
    names = ", ".join(map(str, holder))
    return (plain(f"{suggestion[0]}这一行有:{names}", f"{suggestion[1]}the row has: {names}"),)


def _holder(misfit: _Misfit, source: str, case: Case) -> Mapping[str, Any]:
    """The object in which the last key of `source` is looked for; empty where there is none."""
    holder = misfit.item
    for step in misfit.unfit.place[:-1]:
        rule = case.entry(misfit.unfit.place[: misfit.unfit.place.index(step) + 1])
        if isinstance(rule, Each) and isinstance(holder, Mapping):
            inner = holder.get((dotted(rule.each) or ("",))[0])
            holder = inner[0] if isinstance(inner, list) and inner else holder
    for key in (dotted(source) or ())[:-1]:
        holder = holder.get(key) if isinstance(holder, Mapping) else None
    return holder if isinstance(holder, Mapping) else {}


def _place(case: Case, unfit: Unfit) -> Place | None:
    return case.place("response", "map", *unfit.place)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    text = masked(text)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
