"""Water, gas and electricity bills, and paying them through the cashier.

A bill is UNPAID, PROCESSING once an order is open, and PAID when the cashier's button is pressed or two seconds have
gone by: the sandbox's bank is fast and never fails.
"""

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.deyang.door import (
    ALREADY_PAID,
    AMOUNT_CHANGED,
    BAD_INPUT,
    NOT_FOUND,
    Arguments,
    Refusal,
    bound_citizen,
    needed,
    text,
    whole,
)
from sandbox.faults import spoil_rows
from sandbox.pages import cashier_url
from sandbox.store import Row
from sandbox.world import World

BANK_TAKES = timedelta(seconds=2)
MOST_ROWS = 100
MOST_FEN = 10**12
KIND_CODES = {"WATER": "01", "GAS": "02", "ELECTRICITY": "03"}
STATE_CODES = {"UNPAID": "0", "PAID": "1", "PROCESSING": "2", "CANCELLED": "9"}


def query(world: World, arguments: Arguments) -> dict[str, Any]:
    """`/api/v2/bill/query`: one page of bills, newest due date first; no bills at all is `list: null`."""
    rows = [settled(world, row) for row in world.store.rows("bill", bound_citizen(world, arguments))]
    wanted = text(arguments, "bizType")
    rows = [row for row in rows if not wanted or KIND_CODES[row.body["kind"]] == wanted]
    size = whole(arguments, "pageSize", 50, MOST_ROWS)
    start = (whole(arguments, "pageNo", 1, 10**6) - 1) * size
    page = [_wire(row) for row in rows[start : start + size]]
    return {"total": len(rows), "list": spoil_rows(page, _spoilt) or None}


def order(world: World, arguments: Arguments) -> dict[str, Any]:
    """`/api/v2/bill/pay/order`: open an order for a bill, once per `outTradeNo`."""
    citizen = bound_citizen(world, arguments)
    number = needed(arguments, "outTradeNo")
    if not needed(arguments, "returnUrl", longest=2048).startswith(("https://", "http://")):
        raise Refusal(BAD_INPUT, "returnUrl 不是网址")
    fen = _fen(arguments.get("amount"))
    content = [citizen, text(arguments, "billNo"), fen, arguments["returnUrl"]]
    try:
        opened = world.store.once("pay", number, content, lambda: _open(world, citizen, arguments, fen))
    except Refusal as refusal:
        world.store.refuse("pay", number, str(refusal.code))
        raise
    return spoil_rows([opened], lambda row: {**row, "payUrl": None})[0]


def settled(world: World, row: Row) -> Row:
    """The bill as it is by now: a payment in progress is done after two seconds."""
    if row.body["state"] != "PROCESSING":
        return row
    done_at = datetime.fromisoformat(row.body["ordered_at"]) + BANK_TAKES
    return _paid(world, row, done_at) if done_at <= world.now() else row


def pay(world: World, order_no: str) -> None:
    """The cashier's button: the order's bill is PAID now, unless it was already."""
    bill = _bill_of(world, order_no)
    if bill is not None and bill.body["state"] == "PROCESSING":
        _paid(world, bill, world.now())


def show(world: World, order_no: str) -> dict[str, str] | None:
    """What the cashier's page says about an order, or None."""
    bill = _bill_of(world, order_no)
    if bill is None:
        return None
    amount = f"{bill.body['fen'] / 100:.2f} 元 CNY"
    facts = {"收款 Payee": bill.body["payee"], "账单 Bill": bill.id, "金额 Amount": amount}
    return {**facts, "state": bill.body["state"], "return_url": bill.body["return_url"]}


def _open(world: World, citizen: str, arguments: Arguments, fen: int) -> dict[str, Any]:
    row = world.store.row("bill", needed(arguments, "billNo"))
    if row is None or row.owner != citizen:
        raise Refusal(NOT_FOUND, "账单不存在")
    row = settled(world, row)
    if row.body["state"] == "PAID":
        raise Refusal(ALREADY_PAID, "账单已缴")
    if row.body["state"] == "CANCELLED":
        raise Refusal(BAD_INPUT, "账单已作废")
    if row.body["fen"] != fen:
        raise Refusal(AMOUNT_CHANGED, f"金额已变,现为 {row.body['fen'] / 100:.2f} 元", {"fee": row.body["fen"]})
    # A second order for a bill in progress is the first one again: two orders could both be paid.
    order_no = row.body.get("order_no") or f"DYP-{row.id}"
    if row.body["state"] == "UNPAID":
        opened = {"state": "PROCESSING", "order_no": order_no, "return_url": arguments["returnUrl"]}
        _save(world, row, {**opened, "ordered_at": world.now().isoformat()})
        world.store.save(Row("order", order_no, citizen, "", {"bill": row.id}))
    return {"orderNo": order_no, "payUrl": cashier_url(world, order_no), "state": "PROCESSING"}


def _bill_of(world: World, order_no: str) -> Row | None:
    found = world.store.row("order", order_no)
    bill = world.store.row("bill", found.body["bill"]) if found else None
    return settled(world, bill) if bill else None


def _paid(world: World, row: Row, at: datetime) -> Row:
    return _save(world, row, {"state": "PAID", "paid_at": at.replace(microsecond=0).isoformat()})


def _save(world: World, row: Row, changes: dict[str, Any]) -> Row:
    changed = Row(row.kind, row.id, row.owner, row.rank, {**row.body, **changes})
    world.store.save(changed)
    return changed


def _wire(row: Row) -> dict[str, Any]:
    bill = row.body
    paid_at = bill["paid_at"] and f"{datetime.fromisoformat(bill['paid_at']):%Y%m%d%H%M%S}"
    return {
        "billNo": row.id,
        "bizType": KIND_CODES[bill["kind"]],
        "payFlag": STATE_CODES[bill["state"]],
        "acctNo": bill["account_no"],
        "corpName": bill["payee"],
        "fee": str(bill["fen"]) if bill["state"] == "PAID" else bill["fen"],  # archived bills carry texts
        "billMonth": bill["period"],
        "limitDate": bill["due_on"].replace("-", ""),
        "payTime": paid_at or None,
    }


def _spoilt(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "payFlag": "7"}


def _fen(amount: object) -> int:
    """Fen as a whole number (3860, `"3860"`), or yuan as a text with a point (`"38.60"`).  Raises Refusal 46002."""
    try:
        fen = Decimal(str(amount)) * (100 if "." in str(amount) else 1)
    except InvalidOperation as error:
        raise Refusal(BAD_INPUT, "金额无效") from error
    if not fen.is_finite() or not 0 < fen <= MOST_FEN or fen != fen.to_integral_value():
        raise Refusal(BAD_INPUT, "金额无效")
    return int(fen)
