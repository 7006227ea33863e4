"""The privacy hop: what of somebody's came back that the channel does not map, and what it maps that is not meant to be there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from channels.answer import Failure
from channels.declared.models import Each, Leaf, MapEntry, Nested
from channels.mapping.paths import dotted
from channels.personal import Found, scan
from channels.protocols.refusals import ContractBroken
from channels.trial.case import Case
from channels.trial.told import Hop, both, coded, pair
from channels.trial.wrapper import sources

_REFUSED = ("parse", "decode")


def privacy(case: Case) -> Hop | None:
    """None where there was nothing to look into."""
    opened = case.opened
    if opened is None or case.reply is None or (opened.broken is not None and opened.broken.step in _REFUSED):
        return None
    try:
        body = case.body
    except (ContractBroken, ValueError):
        return None
    stray = tuple(_stray(case, body, opened.data))
    if not stray:
        if isinstance(case.answer, Failure):
            return None
        text = both("除声明的字段外没有个人信息", "no personal data beyond the declared fields")
        return Hop("privacy", "ok", text)
    basis = _basis(case)
    return Hop("privacy", "warning", _sentence(stray), advice=coded("stray_personal", basis=basis))


def _sentence(stray: tuple[Found, ...]) -> Any:
    named = {found.name: found.kind for found in stray if found.sure}
    suspected = {found.name: found.kind for found in stray if not found.sure and found.name not in named}
    sure = ", ".join(f"{name} ({kind})" for name, kind in named.items())
    also = ", ".join(f"{name} ({kind})" for name, kind in suspected.items())
    if sure and also:
        return both(f"返回了而未映射:{sure};另有 {also}", f"returned but not mapped: {sure}; also {also}")
    return both(f"返回了而未映射:{sure or also}", f"returned but not mapped: {sure or also}")


def _stray(case: Case, body: Any, data: Any) -> Iterator[Found]:
    """Personal data outside what the mapping reads.  What the city was told itself is no news from it."""
    told = {value for value in case.ask.claims.values() if value}
    items = _items(case, data)
    read = set(_read_paths(case.rule.response.mapping))
    loose = set(_loose(case.rule.response.mapping))
    inside = [found for item in items for found in scan(item)]
    for found in inside:
        if found.value not in told and found.path not in read and not loose & set(found.path):
            yield found
    seen = {(found.kind, found.value) for found in inside}
    for found in scan(body):
        if found.value not in told and (found.kind, found.value) not in seen:
            yield found


def _items(case: Case, data: Any) -> list[Any]:
    if isinstance(data, Failure) or data is None:
        return []
    try:
        return case.compiled.items(data)
    except ContractBroken:
        return []


def _read_paths(mapping: Mapping[str, MapEntry], prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths that plain expressions read, in a row."""
    for entry in mapping.values():
        match entry:
            case Leaf(source=source) if source and (keys := dotted(source)):
                yield (*prefix, *keys)
            case Each(each=each, mapping=inner) if keys := dotted(each):
                yield from _read_paths(inner, (*prefix, *keys))
            case Nested(mapping=inner):
                yield from _read_paths(inner, prefix)


def _loose(mapping: Mapping[str, MapEntry]) -> Iterator[str]:
    """Every name in an expression that is more than a path: what exactly it reads is not told by looking at it."""
    for entry in mapping.values():
        match entry:
            case Leaf(source=source) if source and dotted(source) is None:
                yield from sources({"": entry})
            case Each(each=each, mapping=inner):
                yield from () if dotted(each) else sources({"": entry})
                yield from _loose(inner)
            case Nested(mapping=inner):
                yield from _loose(inner)


def _basis(case: Case) -> dict[str, str]:
    """What the city has agreed to send and get: by the agreement over this operation's service, else by `needs`."""
    services = {row.code for row in case.config.services if case.compiled.id in row.operations}
    if case.config.catalogue is not None:
        bound = case.config.catalogue.bind.items()
        services |= {code for code, binding in bound if case.compiled.id in binding.operations}
    found = [
        agreement
        for agreement in case.agreements
        if agreement.provider == case.config.city.id and services & set(agreement.services)
    ]
    if found:
        claims = ", ".join(map(str, found[0].claims)) or "nothing"
        return pair(f"协议 {found[0].id} 只允许 {claims}", f"agreement {found[0].id} allows {claims} only")
    needs = ", ".join(case.rule.needs) or "-"
    return pair(f"这项操作只声明了 needs: [{needs}]", f"the operation declares needs: [{needs}] only")
