"""D — a request acts once, whatever happens on the way."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any, Final

from channels.protocols.compiled import Compiled
from conformance.arguments import of_write
from conformance.live import Live
from conformance.personas import FIRST, SECOND
from conformance.session import Family, Session
from conformance.tour import Twice
from conformance.verdict import Told, Verdict, beside_the_point, judged, unmeasured
from schema.codes import ErrorCode
from schema.operations import REQUEST_STATES

LISTED: Final = {"applications.submit": "applications.list", "appointments.book": "appointments.list"}
PREFERRED: Final = ("applications.submit", "appointments.book", "account.launch", "account.link")
KNOWN: Final = ("DONE", "REFUSED", "ABSENT")
LOOKS: Final = 5
PAUSE_SECONDS: Final = 0.3
REFUSED: Final = frozenset({ErrorCode.CONFLICT, ErrorCode.IDEMPOTENCY_MISMATCH})


async def d01(session: Session) -> Verdict:
    live, tour = session.heard()
    if not live.writes():
        return beside_the_point("没有办理操作", "no operation changes anything")
    problems: list[Told] = []
    seen = []
    for name, twice in sorted(tour.writes.items()):
        if twice.first.page is None:
            problems.append(twice.first.told())
        elif twice.again.page is None:
            problems.append((f"第二次:{twice.again.told()}", f"again: {twice.again.told()}"))
        elif _result(twice.first.page.rows[0]) != _result(twice.again.page.rows[0]):
            problems.append((f"{name}:第二次结果不同", f"{name}: another result the second time"))
        elif (records := await _records(live, name, twice)) not in (None, 1):
            problems.append((f"{name}:有 {records} 条记录", f"{name}: {records} records"))
        else:
            seen.append(name)
    if not tour.writes:
        return unmeasured("没有可办理的事", "there was nothing to do", *tour.untried)
    return judged(problems, good=(", ".join(seen), ", ".join(seen)))


def _result(row: dict[str, Any]) -> Any:
    """What tells one result from another: its id, else everything in it."""
    return next((row[name] for name in ("id", "orderNo", "url") if row.get(name)), row)


async def _records(live: Live, name: str, twice: Twice) -> int | None:
    source, page = LISTED.get(name), twice.first.page
    if source is None or source not in live.channel.operations or page is None:
        return None
    position, count = None, 0
    for _ in range(LOOKS):
        listed = (await live.ask(source, live.people[twice.first.person], position=position)).page
        if listed is None:
            return None
        count += sum(row.get("id") == page.rows[0]["id"] for row in listed.rows)
        if (position := listed.next) is None or count:
            break
    return count


async def d02(session: Session) -> Verdict:
    _, tour = session.heard()
    others = {name: twice.other for name, twice in tour.writes.items() if twice.other is not None and twice.first.page}
    if not others:
        return unmeasured("没有可换参数的办理操作", "no write could be made with other arguments")
    wrong = [f"{name}: {other.told()}" for name, other in sorted(others.items()) if other.code not in REFUSED]
    return judged(wrong, good=(", ".join(sorted(others)), ", ".join(sorted(others))))


async def d03(session: Session) -> Verdict:
    live, _ = session.heard()
    tried = [name for name in PREFERRED if name in live.channel.operations and _tells(live, name)]
    if not live.writes():
        return beside_the_point("没有办理操作", "no operation changes anything")
    if not tried:
        return judged([("没有办理操作声明如何查询结果", "no write says how its outcome can be asked")])
    writer = live.people.get(SECOND, live.people[FIRST])
    for name in tried:
        wish = await of_write(live, live.channel.operations[name], writer)
        if wish is not None:
            person, choices = wish
            told = await _cut(live, live.channel.operations[name], person, choices[0])
            return judged([] if told in KNOWN else [f"{name}: {told}"], good=(f"{name}: {told}", f"{name}: {told}"))
    return unmeasured("没有可办理的事", "there was nothing to do")


def _tells(live: Live, name: str) -> bool:
    rule = live.channel.config.operations[name].outcome
    return rule is not None and rule.operation in live.channel.operations


async def _cut(live: Live, operation: Compiled, person: Any, args: Any) -> str:
    """Return: what the city says became of a request whose answer was lost."""
    rule, key = live.channel.config.operations[operation.id].outcome, f"conformance-{secrets.token_hex(12)}"
    assert rule is not None  # noqa: S101 - `_tells` has looked
    lost = await live.ask(operation, person, args, key=key, manner="cut")
    if lost.code is not ErrorCode.OUTCOME_UNKNOWN:
        return f"the request could not be sent: {lost.told()}"
    question = {
        "number": key,
        "operation": rule.match.get("operation", ""),
    }
    state = "no answer"
    for _ in range(LOOKS):
        told = await live.ask(rule.operation, person, question)
        state = str(told.page.rows[0].get("state")) if told.page and told.page.rows else told.told()
        if state in KNOWN and state != "ABSENT":
            break
        await asyncio.sleep(PAUSE_SECONDS)  # the request may still be under way
    return state


assert set(KNOWN) <= set(REQUEST_STATES)  # noqa: S101 - ours
RULES: Family = {"D01": d01, "D02": d02, "D03": d03}
