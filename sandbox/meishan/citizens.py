"""A citizen's bills, insurance, account link and one-time tickets."""

import re
from typing import Any

from sandbox.faults import spoil_rows
from sandbox.meishan.door import Call, Problem, bound_citizen, page
from sandbox.pages import issue_ticket
from sandbox.standing import LINKED, bind_again
from sandbox.store import Body, Row
from sandbox.world import World, newcomer

MOST_BILLS = 100
PAIRWISE = re.compile(r"[A-Za-z0-9_-]{43}")
UTILITIES = {"WATER": "water", "GAS": "gas", "ELECTRICITY": "power"}
SCHEMES = {
    "PENSION": "pension",
    "MEDICAL": "medical",
    "UNEMPLOYMENT": "unemployment",
    "WORK_INJURY": "injury",
    "MATERNITY": "maternity",
}
STATES = {"ACTIVE": "active", "SUSPENDED": "suspended", "TERMINATED": "ended"}


def bills(world: World, call: Call) -> tuple[int, Body]:
    """GET /v1/citizens/{id}/bills: newest due date first, by cursor."""
    rows = world.store.rows("bill", bound_citizen(world, call.path["citizen"]))
    shown, cursor = page(rows, call, MOST_BILLS)
    return 200, {"bills": spoil_rows([_bill(row) for row in shown], _spoilt), "next_cursor": cursor}


def insurances(world: World, call: Call) -> tuple[int, Body]:
    """GET /v1/citizens/{id}/insurances: every scheme the citizen is in."""
    rows = world.store.rows("insurance", bound_citizen(world, call.path["citizen"]))
    return 200, {"insurances": spoil_rows([_insurance(row.body) for row in rows], _spoilt)}


def link(world: World, call: Call) -> tuple[int, Body]:
    """PUT /v1/citizens/{id}/link: bind the pairwise id; binding again says since when."""
    pairwise = call.path["citizen"]
    if not PAIRWISE.fullmatch(pairwise):
        raise Problem("invalid", 422, "市民标识无效")
    linked = world.store.once("link", call.key, [pairwise], lambda: _link(world, pairwise))
    return 200, spoil_rows([linked], _spoilt)[0]


def ticket(world: World, call: Call) -> tuple[int, Body]:
    """POST /v1/citizens/{id}/tickets: a one-time address for a service."""
    citizen = bound_citizen(world, call.path["citizen"])
    service, target = call.body.get("service"), call.body.get("target") or ""
    if not isinstance(service, str) or not service or not isinstance(target, str):
        raise Problem("invalid", 422, "service 或 target 无效")
    issued = world.store.once(
        "ticket", call.key, [citizen, service, target], lambda: _ticket(world, citizen, service, target)
    )
    return 201, spoil_rows([issued], lambda row: {**row, "url": None})[0]


def request(world: World, call: Call) -> tuple[int, Body]:
    """GET /v1/requests/{key}?operation=: what was answered under an Idempotency-Key (book, cancel, link, ticket)."""
    answer = world.store.answered(call.query.get("operation", ""), call.path["key"])
    return 200, {"status": "unknown" if answer is None else "done", "answer": answer, "problem": None}


def _link(world: World, pairwise: str) -> Body:
    known = world.store.acquaintance(pairwise)
    citizen = known[0] if known else newcomer(pairwise)
    told = bind_again(world.store, citizen)
    if told != LINKED:
        return {"status": told.lower(), "linked_at": None}
    at = world.now().replace(microsecond=0).isoformat()
    return {"status": "linked", "linked_at": world.store.bind(pairwise, citizen, at)}


def _ticket(world: World, citizen: str, service: str, target: str) -> Body:
    url, expires_at = issue_ticket(world, citizen, service, target)
    return {"url": url, "expires_at": expires_at.isoformat()}


def _bill(row: Row) -> dict[str, Any]:
    bill = row.body
    return {
        "id": row.id,
        "utility": UTILITIES[bill["kind"]],
        "status": bill["state"].lower(),
        "account_no": bill["account_no"],
        "payee": bill["payee"],
        "amount_cents": bill["fen"],
        "period": bill["period"],
        "due_on": bill["due_on"],
        "paid_at": bill["paid_at"],
    }


def _insurance(account: Body) -> dict[str, Any]:
    return {
        "scheme": SCHEMES[account["kind"]],
        "status": STATES[account["state"]],
        "employer": {"name": account["employer"]},
        "paid_months": account["months"],
        "balance_cents": account["fen"],
        "last_paid": account["last_paid"],
    }


def _spoilt(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "status": "limbo"}
