"""What the old platform answers: water bills, outage notices, account binding, one-time addresses."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.faults import spoil_rows
from sandbox.leshan.door import BAD_INPUT, Form, Refusal, bound_citizen, needed
from sandbox.pages import issue_ticket
from sandbox.personas import RARE_NAME
from sandbox.standing import LINKED, SUSPENDED, bind_again
from sandbox.store import Body, Row
from sandbox.world import SHANGHAI, World, newcomer

PAGE_SIZE = 20
NOTICES = 45
PHONE_DIGITS = 11
STATES = {"UNPAID": "欠费", "PAID": "已缴", "OVERDUE": "逾期"}
_AREAS = ("市中区", "五通桥区", "沙湾区", "金口河区", "峨眉山市", f"{RARE_NAME}村")
_LAST_NOTICE = datetime(2026, 11, 20, 16, 30, tzinfo=SHANGHAI)


def bills(world: World, form: Form) -> dict[str, Any]:
    """/water/bill.do: one page of 20 bills, newest due date first."""
    rows = world.store.rows("bill", bound_citizen(world, form))
    return {"cnt": len(rows), "rows": spoil_rows([_bill(row.body) for row in _page(rows, form)], _spoilt)}


def notices(world: World, form: Form) -> dict[str, Any]:
    """/water/notice.do: one page of 20 notices of water cuts, newest first."""
    rows = world.store.rows("notice", "")
    shown = [{"id": row.id, **row.body} for row in _page(rows, form)]
    return {"cnt": len(rows), "rows": spoil_rows(shown, lambda row: {**row, "title": None})}


def bind(world: World, form: Form) -> dict[str, Any]:
    """/account/bind.do: bind a phone number, once per `lsh`; zt Y bound.  C (conflict) cannot arise: one number, one person."""
    mobile, number = needed(form, "mobile"), needed(form, "lsh")
    if len(mobile) != PHONE_DIGITS or not (mobile.isascii() and mobile.isdigit()):
        raise Refusal(BAD_INPUT, "手机号无效")
    bound = world.store.once("bind", number, [mobile], lambda: _bind(world, mobile))
    return spoil_rows([bound], lambda row: {**row, "zt": "?"})[0]


def launch(world: World, form: Form) -> dict[str, Any]:
    """/account/open.do: a one-time address for a service and when it ends."""
    citizen, service, target = bound_citizen(world, form), needed(form, "fwbm"), form.get("dz", "")
    content = [citizen, service, target]
    issued = world.store.once("open", needed(form, "lsh"), content, lambda: _issue(world, citizen, service, target))
    return spoil_rows([issued], lambda row: {**row, "url": None})[0]


def request(world: World, form: Form) -> dict[str, Any]:
    """/account/query.do: what was answered (jg) under a serial number; bindings only (yw bind); zt 1 done, 0 none."""
    number = needed(form, "lsh")
    answer = world.store.answered("bind", number) if form.get("yw") == "bind" else None
    return {"zt": "0"} if answer is None else {"zt": "1", "jg": answer}


def seed_notices(world: World) -> None:
    """45 notices, the last on 2026-11-20; the name of one place in six is beyond GBK."""
    for number in range(NOTICES):
        at, area = _LAST_NOTICE - timedelta(days=number, hours=number % 5), _AREAS[number % len(_AREAS)]
        body = {"title": f"{area}管网检修停水公告", "qy": area, "fbsj": f"{at:%Y/%m/%d %H:%M}"}
        world.store.seed(Row("notice", f"LSN-{NOTICES - number:03d}", "", at.isoformat(), body))


def _page(rows: list[Row], form: Form) -> list[Row]:
    text = form.get("page", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    start = (max(number, 1) - 1) * PAGE_SIZE
    return rows[start : start + PAGE_SIZE]


def _bind(world: World, mobile: str) -> Body:
    known = world.store.acquaintance(mobile)
    citizen = known[0] if known else newcomer(mobile)
    told = bind_again(world.store, citizen)
    if told != LINKED:
        return {"zt": "S" if told == SUSPENDED else "C", "sj": None}
    at = world.now().replace(microsecond=0).isoformat()
    return {"zt": "Y", "sj": _time(datetime.fromisoformat(world.store.bind(mobile, citizen, at)))}


def _issue(world: World, citizen: str, service: str, target: str) -> Body:
    url, expires_at = issue_ticket(world, citizen, service, target)
    return {"url": url, "yxq": _time(expires_at)}


def _bill(bill: Body) -> dict[str, Any]:
    return {
        "id": bill["id"],
        "状态": STATES[bill["state"]],
        "yhbh": bill["account_no"],
        "je": f"{(Decimal(bill['fen']) / 100).normalize():f}",  # `52.3`, as the old platform writes it
        "ny": bill["period"].replace("-", ""),
        "jzrq": bill["due_on"].replace("-", "/"),
    }


def _spoilt(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "状态": "不详"}


def _time(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y/%m/%d %H:%M:%S}"
