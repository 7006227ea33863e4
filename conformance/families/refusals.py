"""B — how the city says no: to whom it does not know, to a wrong key, to bad input, to too much."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, Final

from channels.protocols.compiled import Compiled
from conformance.arguments import of_read
from conformance.live import Exchange, Live, Manner
from conformance.personas import FIRST, NOBODY
from conformance.session import Family, Session
from conformance.verdict import Told, Verdict, beside_the_point, failed, judged, passed, unmeasured
from schema.codes import ErrorCode

SILENT: Final = frozenset({ErrorCode.BACKEND_UNREACHABLE, ErrorCode.BACKEND_TIMEOUT})
BAD_TEXTS: Final[Mapping[str, str]] = {
    "over-long": "长" * 4096,
    "emoji": "😀🏮",
    "quote": "' OR '1'='1\" --",
}
BAD_PAGE: Final = {"number": -1, "size": -5, "offset": -5, "cursor": "😀'\""}
MOST_BURST: Final = 300  # more than this is load, not a question
OUTCOME: Final = "requests.outcome"
WRONG_KEY: Final = ("错误的密钥", "a wrong key")
WRONG_TOKEN: Final = ("错误的市民令牌", "a wrong citizen token")


async def b01(session: Session) -> Verdict:
    _, tour = session.heard()
    if not any(operation.needs for operation in session.channel.operations.values()):
        return beside_the_point("没有涉及个人的操作", "no operation is about a citizen")
    asked = [exchange for exchange in tour.of(NOBODY) if _personal(session, exchange.operation)]
    if not asked:
        return unmeasured("没有未绑定的虚拟市民", "there is no unlinked persona")
    wrong = [exchange.told() for exchange in asked if exchange.code is not ErrorCode.ACCOUNT_NOT_LINKED]
    return judged(wrong, good=(f"{len(asked)} 项操作", f"{len(asked)} operations"))


def _personal(session: Session, name: str) -> bool:
    return name != OUTCOME and bool(session.channel.operations[name].needs)


async def b02(session: Session) -> Verdict:
    live, _ = session.heard()
    open_doors = [name for name, backend in live.channel.config.backends.items() if backend.auth is None]
    problems: list[Told] = [(f"backends.{name} 没有 auth", f"backends.{name} has no auth") for name in open_doors]
    refused = 0
    for operation, args in await _proofs(live):
        right = await live.ask(operation, live.people[FIRST], args)
        if right.page is None:
            continue  # a call that fails with the right key proves nothing with a wrong one
        for manner, what in (("forged", WRONG_KEY), ("forged-citizen", WRONG_TOKEN)):
            if not _has(live, operation, manner):
                continue
            wrong = await live.ask(operation, live.people[FIRST], args, manner=manner)  # type: ignore[arg-type]
            if wrong.page is not None:
                problems.append((f"{operation.id}:{what[0]}也得到了答复", f"{operation.id}: answered to {what[1]}"))
            elif wrong.code in SILENT and wrong.reply is None:
                problems.append((f"{operation.id}:{what[0]}没有答复", f"{operation.id}: no answer to {what[1]}"))
            else:
                refused += 1
    if not problems and not refused:
        return unmeasured("没有成功的调用可供比较", "no call succeeded with the right key")
    return judged(problems, good=(f"{refused} 次错误凭证均被拒绝", f"{refused} calls with a wrong proof, all refused"))


def _has(live: Live, operation: Compiled, manner: str) -> bool:
    if manner == "forged-citizen" and not operation.needs:
        return False  # a question about nobody carries no token
    chosen: Manner = "forged" if manner == "forged" else "forged-citizen"
    return live.has(operation.id, chosen)


async def _proofs(live: Live) -> list[tuple[Compiled, Mapping[str, Any]]]:
    found = []
    for operation in live.reads():
        args = await of_read(live, operation, live.people[FIRST])
        if args is not None:
            found.append((operation, args))
    return found


async def b03(session: Session) -> Verdict:
    live, _ = session.heard()
    problems: list[str] = []
    asked = 0
    for operation in live.reads():
        for what, args, page in _bad_inputs(live, operation):
            exchange = await live.ask(operation, live.people[FIRST], args, page=page, probe=True)
            asked += 1
            if (why := _fell_over(exchange)) is not None:
                problems.append(f"{operation.id} {what}: {why}")
    if not asked:
        return beside_the_point("没有可填写的入参", "no operation takes input")
    return judged(problems, good=(f"{asked} 次", f"{asked} calls"))


def _bad_inputs(live: Live, operation: Compiled) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any] | None]]:
    declared = live.declared(operation.id)
    said = str(declared.request.model_dump())
    names = [name for name in _argument_names(said) if "args." in said]
    batched = operation.batch.by.removeprefix("args.") if operation.batch else None
    for what, text in BAD_TEXTS.items():
        if batched:
            yield what, {batched: [text]}, None
        elif names:
            yield what, dict.fromkeys(names, text), None
    if "page." in said:
        yield "negative page", {}, BAD_PAGE


def _argument_names(said: str) -> list[str]:
    found: dict[str, None] = {}
    for part in said.split("${args.")[1:]:
        name = part.partition("}")[0].partition(".")[0]
        found[name] = None
    return list(found)


def _fell_over(exchange: Exchange) -> str | None:
    """Why bad input was not answered as it should; None: it was, or the gateway itself refused it."""
    if not exchange.heard:
        return None
    reply = exchange.reply
    if reply is None:
        return "no answer"
    if reply.status >= 500 and exchange.code is not ErrorCode.INVALID_INPUT:
        return f"HTTP {reply.status}"
    return "answer broken" if exchange.code is ErrorCode.BACKEND_CONTRACT_BROKEN and exchange.data is None else None


async def b04(session: Session) -> Verdict:
    live, _ = session.heard()
    found = {exchange.told(): None for exchange in live.said if exchange.code is ErrorCode.BACKEND_REJECTED}
    if not live.said:
        return unmeasured("没有调用", "nothing was asked")
    return judged(list(found), good=(f"{len(live.said)} 次调用", f"{len(live.said)} calls"))


async def b05(session: Session) -> Verdict:
    live, _ = session.heard()
    operation = next((one for one in live.reads() if one.many and one.id != OUTCOME and one.batch is None), None)
    if operation is None:
        return beside_the_point("没有列表操作", "no list operations")
    backend = live.channel.config.backends[operation.backend]
    if backend.rate is None:
        return failed("没有声明速率", "no rate is declared", f"backends.{operation.backend}.rate")
    burst = int(max(backend.rate.burst or 0, backend.rate.per_second) * 1.5) + 1
    if burst > MOST_BURST:
        return unmeasured(
            f"声明的突发量太大,有界会话最多 {MOST_BURST} 次",
            f"the declared burst is above the {MOST_BURST} of a bounded session",
        )
    args = await of_read(live, operation, live.people[FIRST]) or {}
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(live.ask(operation, live.people[FIRST], args, manner="unpaced", probe=True))
            for _ in range(burst)
        ]
    throttled = [task.result() for task in tasks if task.result().code is ErrorCode.RATE_LIMITED]
    if not throttled:
        return failed(f"连发 {burst} 次未被限流", f"{burst} calls at once were not throttled")
    rules = (*live.declared(operation.id).errors, *backend.errors)
    told = any(rule.retry_after for rule in rules if rule.to is ErrorCode.RATE_LIMITED)
    told = told or any(e.reply and "retry-after" in e.reply.headers for e in throttled)
    if not told:
        return failed("限流时没有给出等待时间", "throttled without saying how long to wait")
    wait = throttled[0].answer.retry_after if hasattr(throttled[0].answer, "retry_after") else None
    return passed(
        f"{burst} 次中 {len(throttled)} 次被限流,等待 {wait} 秒",
        f"{len(throttled)} of {burst} throttled, wait {wait} s",
    )


RULES: Family = {"B01": b01, "B02": b02, "B03": b03, "B04": b04, "B05": b05}
