"""E — lists: every record once, in the promised order, and batches matched by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from channels.answer import Position
from channels.protocols.compiled import Compiled
from channels.protocols.refusals import ContractBroken
from conformance.live import Live
from conformance.personas import FIRST, MANY
from conformance.session import Family, Session
from conformance.verdict import Told, Verdict, beside_the_point, judged, unmeasured

SIZES: Final = (10, 50)
MOST_PAGES: Final = 60
MANY_ROWS: Final = 11  # more than one page of the smaller size


@dataclass(frozen=True, slots=True)
class Walk:
    """A list read to its end.  `came`: rows as the city sent them, repeated ones too.  `broke`: why it ended early."""

    operation: str
    size: int | None
    rows: tuple[Mapping[str, Any], ...]
    came: int
    pages: int
    total: int | None
    broke: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(str(row.get("id")) for row in self.rows)


async def walks(live: Live) -> dict[str, list[Walk]]:
    """Every paged list at both sizes, or at its own where its requests carry none.  Read once a session."""

    async def made() -> dict[str, list[Walk]]:
        person = live.people.get(MANY, live.people[FIRST])
        return {
            operation.id: [await _walk(live, one, person, size) for size, one in _sizes(live, operation)]
            for operation in live.reads()
            if _paged(live, operation)
        }

    found: dict[str, list[Walk]] = await live.once("walks", made)
    return found


def _paged(live: Live, operation: Compiled) -> bool:
    rule = live.declared(operation.id).page
    return operation.many and operation.batch is None and rule is not None and rule.style != "none"


def _sizes(live: Live, operation: Compiled) -> list[tuple[int | None, Compiled]]:
    rule = live.declared(operation.id).page
    sizes = SIZES if rule is not None and rule.style != "all" else ()
    sized = [(size, live.sized(operation.id, size)) for size in sizes]
    return [(size, one) for size, one in sized if one is not None] or [(None, operation)]


async def _walk(live: Live, operation: Compiled, person: Any, size: int | None) -> Walk:
    rows: list[Mapping[str, Any]] = []
    position: Position = None
    came, pages, total = 0, 0, None
    for pages in range(1, MOST_PAGES + 1):
        exchange = await live.ask(operation, person, position=position)
        if exchange.page is None:
            return Walk(operation.id, size, tuple(rows), came, pages, total, exchange.told())
        try:
            came += len(operation.items(exchange.data)) - exchange.page.dropped
        except ContractBroken:
            came += len(exchange.page.rows)
        rows += exchange.page.rows
        total, position = exchange.page.total, exchange.page.next
        if position is None:
            return Walk(operation.id, size, tuple(rows), came, pages, total)
    return Walk(operation.id, size, tuple(rows), came, pages, total, f"no end after {MOST_PAGES} pages")


async def e01(session: Session) -> Verdict:
    live, _ = session.heard()
    made = await walks(live)
    if not made:
        return beside_the_point("没有分页的列表", "no list is paged")
    problems: list[Told] = []
    for name, of_one in made.items():
        problems += [f"{name}: {walk.broke}" for walk in of_one if walk.broke]
        for walk in of_one:
            if walk.came != len(set(walk.ids)):
                ids = len(set(walk.ids))
                en = f"{name} at {walk.size}: {walk.came} rows, {ids} different ids"
                problems.append((f"{name} 每页 {walk.size}:{walk.came} 行,{ids} 个不同的 id", en))
            if walk.total is not None and walk.total != len(set(walk.ids)):
                ids = len(set(walk.ids))
                en = f"{name} at {walk.size}: total says {walk.total}, {ids} came"
                problems.append((f"{name} 每页 {walk.size}:总数称 {walk.total},实得 {ids}", en))
        if len({frozenset(walk.ids) for walk in of_one}) > 1:
            counts = [str(len(set(walk.ids))) for walk in of_one]
            en = f"{name}: {' and '.join(counts)} ids at two page sizes"
            problems.append((f"{name}:两种页长得到 {' 与 '.join(counts)} 个 id", en))
    seen = ", ".join(f"{name} {len(of_one[0].rows)}" for name, of_one in made.items())
    if not problems and not any(len(walk.rows) >= MANY_ROWS for of_one in made.values() for walk in of_one):
        return unmeasured("没有一页以上的数据", "no list has more than a page", seen)
    return judged(problems, good=(seen, seen))


async def e02(session: Session) -> Verdict:
    live, _ = session.heard()
    problems: list[Told] = []
    checked: list[str] = []
    for name, of_one in (await walks(live)).items():
        rule = live.declared(name).page
        if rule is None or rule.sorted_by is None:
            continue
        field, descending = rule.sorted_by.field, rule.sorted_by.descending
        checked.append(f"{name} {field}")
        for walk in of_one:
            values = [_comparable(row[field]) for row in walk.rows if row.get(field) is not None]
            pairs = pairwise(values)
            if any(a < b if descending else a > b for a, b in pairs):
                way = "desc" if descending else "asc"
                en = f"{name}: not {field} {way} at size {walk.size}"
                problems.append((f"{name}:每页 {walk.size} 时不是 {field} {way}", en))
    if not checked:
        return beside_the_point("没有声明排序", "no order is declared")
    return judged(problems, good=(", ".join(checked), ", ".join(checked)))


def _comparable(value: Any) -> Any:
    try:
        return datetime.fromisoformat(value).timestamp() if isinstance(value, str) and "T" in value else str(value)
    except ValueError:
        return str(value)


async def e03(session: Session) -> Verdict:
    live, _ = session.heard()
    batched = [operation for operation in live.reads() if operation.batch is not None]
    if not batched:
        return beside_the_point("没有批量操作", "nothing is asked in batches")
    problems: list[str] = []
    measured = False
    for operation in batched:
        told = await _batched(live, operation)
        measured = measured or told is not None
        problems += [f"{operation.id}: {line}" for line in told or ()]
    if not measured:
        return unmeasured("没有足够的记录", "there are not enough records")
    named = ", ".join(operation.id for operation in batched)
    return judged(problems, good=(named, named))


async def _batched(live: Live, operation: Compiled) -> list[str] | None:
    """Ask for records out of order, one of them twice, with one that nobody knows among them."""
    rule = operation.batch
    person, source = live.people.get(MANY, live.people[FIRST]), f"{operation.id.partition('.')[0]}.list"
    listed = (await live.ask(source, person)).page if source in live.channel.operations else None
    if rule is None or listed is None or len(listed.rows) < 3:
        return None
    known = {str(row[rule.key]): row for row in listed.rows[:5]}
    keys = [*reversed(known), "conformance-unknown", next(iter(known))]
    answer = await live.ask(operation, person, {rule.by.removeprefix("args."): keys}, probe=True)
    if answer.page is None:
        return [answer.told()]
    found = {str(row.get(rule.key)): row for row in answer.page.rows}
    wrong = [f"{key} is missing" for key in known if key not in found]
    wrong += [f"{key} was not asked for" for key in found if key not in known]
    return wrong + [
        f"{key} is another record"
        for key, row in known.items()
        if key in found and found[key].get("title") != row.get("title")
    ]


RULES: Family = {"E01": e01, "E02": e02, "E03": e03}
