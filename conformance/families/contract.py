"""A — the contract: what the files promise, and whether the city's answers keep to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from channels.declared.models import SoapBackend
from channels.fixtures.replay import recorded_reply
from channels.mapping.paths import dotted
from channels.protocols.compiled import Compiled
from channels.protocols.refusals import ContractBroken
from channels.protocols.transport import Reply
from conformance.enum_codes import unlisted
from conformance.live import Exchange, Live
from conformance.personas import EXACT, RARE
from conformance.session import Family, Session
from conformance.shapes import added, has_rows, removed, shape_of
from conformance.verdict import Told, Verdict, beside_the_point, failed, judged, passed, unmeasured
from schema.codes import ErrorCode

EXACT_AMOUNT: Final = "12.34"
EXACT_DUE: Final = "2026-12-31"
BROKEN: Final = frozenset({ErrorCode.BACKEND_CONTRACT_BROKEN, ErrorCode.OUTCOME_UNKNOWN})
SILENT: Final = frozenset({ErrorCode.BACKEND_UNREACHABLE, ErrorCode.BACKEND_TIMEOUT})


async def a01(session: Session) -> Verdict:
    errors = [item for item in session.diagnostics if item.severity == "error"]
    if not errors:
        return passed()
    shown = tuple(f"{item.place.path}:{item.place.line} {item.code}" for item in errors)
    first = errors[0]
    return failed(
        f"{len(errors)} 个错误,例如 {first.place.path}:{first.place.line} {first.zh}",
        f"{len(errors)} error{'s' * (len(errors) > 1)}, such as {first.place.path}:{first.place.line} {first.en}",
        *shown,
    )


async def a02(session: Session) -> Verdict:
    return _missing(session, set(session.channel.operations), lambda case: case.expect.error is None)


async def a03(session: Session) -> Verdict:
    return _missing(session, set(session.channel.operations), lambda case: case.expect.error is not None)


async def a04(session: Session) -> Verdict:
    lists = {name for name, operation in session.channel.operations.items() if operation.many}
    if not lists and session.channel.available:
        return beside_the_point("没有列表操作", "no list operations")
    verdict = _missing(session, lists, lambda case: case.expect.error is None and case.expect.items == 0)
    if not verdict.counts:
        return verdict
    unfit = [name for name in sorted(lists) if not _empty_either_way(session.channel.operations[name], session, name)]
    return judged(
        [(f"{name}:null 与 [] 未都映射为空", f"{name}: null and [] do not both map to empty") for name in unfit]
    )


def _missing(session: Session, wanted: set[str], fits: Any) -> Verdict:
    if not session.channel.available:
        return failed("频道文件有错误", "the channel's files have errors")
    covered = {file.operation for file in session.fixtures if any(fits(case) for case in file.cases)}
    missing = sorted(wanted - covered)
    if not missing:
        return passed()
    return failed(f"缺少:{', '.join(missing)}", f"missing: {', '.join(missing)}", *missing)


def _empty_either_way(operation: Compiled, session: Session, name: str) -> bool:
    config = session.channel.config
    declared = config.local[name[6:]] if name.startswith("local.") else config.operations[name]
    path = dotted(declared.response.items or "@") if declared.response.items not in (None, "@") else ()
    if path is None:  # an expression of the channel's own; its empty fixture has been replayed
        return True
    nothings: tuple[Any, ...] = (None, [])
    for empty in nothings:
        data: Any = empty
        for step in reversed(path):
            data = {step: data}
        try:
            if operation.items(data):
                return False
        except ContractBroken:
            return False
    return True


async def a05(session: Session) -> Verdict:
    live, tour = session.heard()
    said = list(_everyday(session))
    problems: list[Told] = [exchange.told() for exchange in said if exchange.code in BROKEN | SILENT]
    problems += [
        (
            f"{e.operation} {e.person}:{e.page.dropped} 行被扣下",
            f"{e.operation} {e.person}: {e.page.dropped} rows withheld",
        )
        for e in said
        if e.page and e.page.dropped
    ]
    if live.faults:
        problems += [f"backends.{name}: {reason}" for name, reason in live.faults.items()]
    tried = len({exchange.operation for exchange in said})
    rest = "".join(f"; {name}: {why}" for name, why in sorted(tour.untried.items()))
    good = (f"{tried} 项操作,{len(said)} 次调用{rest}", f"{tried} operations, {len(said)} calls{rest}")
    if not said and not problems:
        return unmeasured("没有可调用的操作", "there is no operation to call")
    return judged(problems, good=good)


async def a06(session: Session) -> Verdict:
    live, _ = session.heard()
    problems: list[str] = []
    more: list[str] = []
    compared = 0
    for file in session.fixtures:
        operation = live.channel.operations.get(file.operation)
        if operation is None:
            continue
        loose = operation.spoken.xml_lists
        recorded = shape_of(_recorded(session, file.operation, operation), loose=loose)
        heard = shape_of((e.data for e in live.said if e.operation == file.operation and e.page), loose=loose)
        if recorded and heard and (has_rows(heard) or not has_rows(recorded)):
            compared += 1
            problems += [f"{file.operation}: {line}" for line in removed(recorded, heard)]
            more += [f"info {file.operation}: {path} is new" for path in added(recorded, heard)]
    if not compared:
        return unmeasured("没有可比的夹具与线上返回", "no fixture and live answer to compare")
    return judged(problems, good=(f"比较了 {compared} 项操作", f"{compared} operations compared"), seen=tuple(more))


def _recorded(session: Session, name: str, operation: Compiled) -> Iterator[Any]:
    xml = isinstance(session.channel.config.backends[operation.backend], SoapBackend)
    for file in session.fixtures:
        for case in file.cases if file.operation == name else ():
            if case.expect.error is None and case.expect.items != 0:
                try:
                    yield operation.spoken.unwrap(recorded_reply(case.response, xml=xml))
                except ContractBroken:
                    continue


async def a07(session: Session) -> Verdict:
    live, _ = session.heard()
    found: dict[str, None] = {}
    rows = 0
    for exchange in live.said:
        if exchange.data is None:
            continue
        operation, mapping = (
            live.channel.operations[exchange.operation],
            live.declared(exchange.operation).response.mapping,
        )
        try:
            items = operation.items(exchange.data)
        except ContractBroken:
            continue
        for item in items:
            rows += 1
            for field, code in unlisted(mapping, item):
                found[f"{exchange.operation}: {field} {code!r}"] = None
    if not rows:
        return unmeasured("没有收到数据行", "no rows were received")
    return judged(list(found), good=(f"{rows} 行", f"{rows} rows"))


async def a08(session: Session) -> Verdict:
    live, tour = session.heard()
    problems: list[str] = []
    for exchange in live.said:
        reply = exchange.reply
        if reply is not None and (why := _badly_encoded(reply, live, exchange)):
            problems.append(f"{exchange.operation}: {why}")
    if RARE not in live.people:
        return unmeasured("没有生僻字虚拟市民", "there is no persona with a rare name")
    rare = [character for character in live.people[RARE].name if ord(character) > 0x33FF]
    texts = "".join(_text(exchange) for exchange in tour.of(RARE))
    lost = [character for character in rare if character not in texts]
    if lost and not any(exchange.page and exchange.page.rows for exchange in tour.of(RARE)):
        return unmeasured("生僻字虚拟市民没有数据", "the persona with a rare name has no data")
    problems += [f"{character} U+{ord(character):04X} did not survive" for character in lost]
    return judged(sorted(set(problems)), good=("".join(rare), "".join(rare)))


def _badly_encoded(reply: Reply, live: Live, exchange: Exchange) -> str:
    encoding = live.channel.config.backends[live.channel.operations[exchange.operation].backend].encoding
    try:
        text = reply.body.decode(encoding)
    except UnicodeDecodeError as error:
        return f"not {encoding} at byte {error.start}"
    return "U+FFFD in the text" if "\ufffd" in text or "\\ufffd" in text.lower() else ""


def _text(exchange: Exchange) -> str:
    return str(exchange.data) if exchange.data is not None else ""


async def a09(session: Session) -> Verdict:
    live, tour = session.heard()
    if "bills.list" not in live.channel.operations:
        return beside_the_point("没有账单操作", "the city has no bills")
    exchange = tour.reads.get(("bills.list", EXACT))
    if exchange is None or exchange.page is None:
        return unmeasured("没有收到账单", exchange.told() if exchange else "no persona with the exact bill")
    bills: list[Mapping[str, Any]] = list(exchange.page.rows)
    for bill in bills:
        amount = bill["amount"]["amount"] if isinstance(bill.get("amount"), dict) else bill.get("amount")
        if str(amount) == EXACT_AMOUNT and bill.get("dueOn") == EXACT_DUE:
            return passed(f"{EXACT_AMOUNT} 元,{EXACT_DUE}", f"{EXACT_AMOUNT} yuan, due {EXACT_DUE}")
    seen = (
        ", ".join(f"{(bill.get('amount') or {}).get('amount')} due {bill.get('dueOn')}" for bill in bills) or "no bill"
    )
    return failed(
        f"应为 {EXACT_AMOUNT} 元、{EXACT_DUE},收到 {seen}", f"expected {EXACT_AMOUNT} due {EXACT_DUE}, got {seen}"
    )


def _everyday(session: Session) -> Iterator[Exchange]:
    _, tour = session.heard()
    yield from tour.reads.values()
    for twice in tour.writes.values():
        yield twice.first
        yield twice.again


RULES: Family = {
    "A01": a01,
    "A02": a02,
    "A03": a03,
    "A04": a04,
    "A05": a05,
    "A06": a06,
    "A07": a07,
    "A08": a08,
    "A09": a09,
}
