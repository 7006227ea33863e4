"""What to ask a city for: arguments that are right for this city, found by asking it.

Ids come from the city's own lists, amounts from its own bills; nothing is known of any city beforehand.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from channels.protocols.compiled import Compiled
from conformance.live import Live
from conformance.personas import EXACT, FIRST, MANY, NOBODY, Person

RETURN_URL: Final = "https://conformance.example.gov.cn/back"
DAYS_AHEAD: Final = 8
MOST_VENUES: Final = 3
MOST_KEYS: Final = 5
FORM: Final = {"title": "一致性测试 conformance test", "content": "请忽略。 Please ignore."}

Args = Mapping[str, Any]


async def of_read(live: Live, operation: Compiled, person: Person) -> Args | None:
    """Right arguments of a read; None where the city gives nothing to ask for."""
    match operation.id:
        case "slots.list":
            return await live.once("slots", lambda: _of_slots(live))  # type: ignore[no-any-return]
        case "requests.outcome":
            return {"operation": _some_request(live), "number": f"conformance-{secrets.token_hex(8)}"}
        case _ if operation.batch is not None:
            keys = await _keys(live, operation, person)
            return {operation.batch.by.removeprefix("args."): keys[:MOST_KEYS]} if keys else None
        case _:
            return {}


async def of_write(live: Live, operation: Compiled, person: Person) -> tuple[Person, list[Args]] | None:
    """Who writes, and up to two right sets of arguments, the second another request; None where there is nothing to do."""
    match operation.id:
        case "bills.pay":
            return await _of_payment(live)
        case "appointments.book":
            slots = await free_slots(live)
            found = [{"slotId": slot["id"], "patientName": person.name, "note": None} for slot in slots[:2]]
        case "appointments.cancel":
            found = [{"appointmentId": row["id"], "reason": None} for row in await booked(live, person)][:1]
        case "applications.submit":
            code = _service_of(live, operation.id)
            found = [
                {"serviceCode": code, "form": FORM},
                {"serviceCode": code, "form": {**FORM, "title": "另一件 another"}},
            ]
        case "account.launch":
            web = web_service(live)
            found = [{"service": web[0], "web": f"{web[1]}{tail}"} for tail in ("", "?again=1")] if web else []
        case _:
            found = [{}]
    return (person, list(found)) if found else None


async def rows_of(live: Live, operation: str, person: Person, args: Args | None = None) -> list[dict[str, Any]]:
    """The first page's rows, [] when the city gave none."""
    if operation not in live.channel.operations:
        return []
    page = (await live.ask(operation, person, args)).page
    return list(page.rows) if page else []


async def free_slots(live: Live) -> list[dict[str, Any]]:
    """Slots that can be booked, of the first day that has two."""
    wanted = await _of_slots(live)
    if wanted is None:
        return []
    rows = await rows_of(live, "slots.list", live.people[FIRST], wanted)
    return [row for row in rows if (row.get("remaining") or 0) > 0]


async def booked(live: Live, person: Person) -> list[dict[str, Any]]:
    """The appointments that still stand."""
    return [row for row in await rows_of(live, "appointments.list", person) if row.get("state") == "BOOKED"]


def web_service(live: Live) -> tuple[str, str] | None:
    """A service with a page, and its address."""
    return next(((p.code, p.web) for p in live.channel.providers if p.status == "LIVE" and p.web), None)


async def _of_slots(live: Live) -> Args | None:
    if "slots.list" not in live.channel.operations:
        return None
    person, fallback = live.people[FIRST], None
    for venue in (await rows_of(live, "venues.list", person))[:MOST_VENUES]:
        for department in (venue.get("departments") or [None])[:2]:
            for ahead in range(1, DAYS_AHEAD):
                day = (live.clock() + timedelta(days=ahead)).date().isoformat()
                args = {"venueId": venue["id"], "department": department, "date": day}
                fallback = fallback or args
                rows = await rows_of(live, "slots.list", person, args)
                if sum((row.get("remaining") or 0) > 0 for row in rows) >= 2:
                    return args
    return fallback


async def _keys(live: Live, operation: Compiled, person: Person) -> list[Any]:
    source = f"{operation.id.partition('.')[0]}.list"
    return [row["id"] for row in await rows_of(live, source, person)]


async def _of_payment(live: Live) -> tuple[Person, list[Args]] | None:
    """The bills of whoever has unpaid ones; one person's exact bill is left alone for the rule about it."""
    kinds = [MANY, *(kind for kind in live.people if kind not in (MANY, NOBODY, EXACT, FIRST))]
    for person in (live.people[kind] for kind in kinds if kind in live.people):
        unpaid = [row for row in await rows_of(live, "bills.list", person) if row["state"] in ("UNPAID", "OVERDUE")]
        if unpaid:
            bill = unpaid[0]
            args = {"billId": bill["id"], "amount": bill["amount"]["amount"], "returnUrl": RETURN_URL}
            return person, [args, {**args, "returnUrl": f"{RETURN_URL}?other=1"}]
    return None


def _service_of(live: Live, operation: str) -> str:
    return next((p.code for p in live.channel.providers if operation in p.operations), "")


def _some_request(live: Live) -> str:
    rules = (operation.outcome for operation in live.channel.config.operations.values())
    return next((rule.match["operation"] for rule in rules if rule and "operation" in rule.match), "")
