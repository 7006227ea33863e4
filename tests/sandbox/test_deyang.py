"""Deyang's signed REST, called by a hand-written signer."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from sandbox.serve import Site
from tests.sandbox.callers import Clock, Deyang, pairwise

Serve = Callable[[str], Awaitable[Site]]
BILLS = "/api/v2/bill/query"
PAY = "/api/v2/bill/pay/order"
CASE = "/api/v1/12345/order"


def user(subject: str) -> str:
    return pairwise("510600", subject)


ZHANG, MANY = user("test-zhang.510600"), user("test-many.510600")


@pytest.fixture
async def deyang(serve: Serve, session: aiohttp.ClientSession, clock: Clock) -> Deyang:
    return Deyang(session, (await serve("deyang")).base_url, clock)


def page(who: str, number: int = 1, size: int = 50, kind: str = "") -> dict[str, Any]:
    return {"userId": who, "bizType": kind, "pageNo": number, "pageSize": size}


def payment(bill: str, amount: str, key: str = "K1", who: str = ZHANG) -> dict[str, Any]:
    return {"userId": who, "billNo": bill, "amount": amount, "returnUrl": "https://g.example/back", "outTradeNo": key}


async def test_a_signed_call_gets_the_bill(deyang: Deyang) -> None:
    data = await deyang.data("POST", BILLS, page(ZHANG))
    assert data["total"] == 1
    bill = data["list"][0]
    assert (bill["billNo"], bill["fee"], bill["payFlag"], bill["limitDate"]) == ("DY202610-1", 3860, "0", "20261130")


async def test_a_wrong_key_an_old_clock_and_a_replayed_nonce_are_refused(deyang: Deyang) -> None:
    wrong = Deyang(deyang.session, deyang.base.removesuffix("/gateway"), deyang.clock, key="other")
    assert (await wrong.call("POST", BILLS, page(ZHANG)))["code"] == 40107
    assert (await deyang.call("POST", BILLS, page(ZHANG), skew=-301))["code"] == 40107
    assert (await deyang.call("POST", BILLS, page(ZHANG), skew=301))["code"] == 40107
    assert (await deyang.call("POST", BILLS, page(ZHANG), skew=299, nonce="n1"))["code"] == 0
    assert (await deyang.call("POST", BILLS, page(ZHANG), nonce="n1"))["code"] == 40107
    assert (await deyang.call("GET", "/api/v1/shuttle/lines", {}, nonce="n2"))["code"] == "0"


async def test_somebody_unknown_is_not_bound(deyang: Deyang) -> None:
    for who in (user("test-nobody.510600"), user("mei")):
        assert (await deyang.call("POST", BILLS, page(who)))["code"] == 40103
    for who in ("", "'; DROP TABLE names; --", "😀" * 4000):
        assert (await deyang.call("POST", BILLS, page(who)))["code"] == 40108


async def test_137_bills_walk_the_same_at_two_page_sizes(deyang: Deyang) -> None:
    walks = []
    for size in (10, 50):
        rows: list[dict[str, Any]] = []
        while len(rows) < 137:
            data = await deyang.data("POST", BILLS, page(MANY, len(rows) // size + 1, size))
            assert data["total"] == 137
            rows += data["list"]
        walks.append([(row["limitDate"], row["billNo"]) for row in rows])
    assert walks[0] == walks[1]
    assert len(set(walks[0])) == 137
    assert walks[0] == sorted(sorted(walks[0], key=lambda row: row[1]), key=lambda row: row[0], reverse=True)
    beyond = await deyang.data("POST", BILLS, page(MANY, 9, 50))
    assert beyond["list"] is None


async def test_kinds_narrow_the_list(deyang: Deyang) -> None:
    data = await deyang.data("POST", BILLS, page(user("deng"), kind="02"))
    assert {row["bizType"] for row in data["list"]} == {"02"}
    everything = await deyang.data("POST", BILLS, page(user("deng")))
    assert everything["total"] > data["total"]


async def test_special_personas(deyang: Deyang) -> None:
    only = (await deyang.data("POST", BILLS, page(user("test-1234.510600"))))["list"]
    assert [(row["fee"], row["limitDate"]) for row in only] == [(1234, "20261231")]
    rare = (await deyang.data("POST", BILLS, page(user("test-hanzi.510600"))))["list"]
    assert "㛃𠅤䶮" in rare[0]["corpName"]


async def test_a_payment_is_processing_then_paid_and_stays_paid(deyang: Deyang, clock: Clock) -> None:
    opened = await deyang.data("POST", PAY, payment("DY202610-1", "38.60"))
    assert (await deyang.data("POST", BILLS, page(ZHANG)))["list"][0]["payFlag"] == "2"
    assert await deyang.data("POST", PAY, payment("DY202610-1", "38.60")) == opened
    assert (await deyang.call("POST", PAY, payment("DY202610-1", "38.61")))["code"] == 40901
    other = await deyang.data("POST", PAY, payment("DY202610-1", "38.60", key="K2"))
    assert other["orderNo"] == opened["orderNo"]
    clock.forward(2)
    bill = (await deyang.data("POST", BILLS, page(ZHANG)))["list"][0]
    assert (bill["payFlag"], bill["payTime"]) == ("1", "20261121100002")
    assert (await deyang.call("POST", PAY, payment("DY202610-1", "38.60", key="K3")))["code"] == 46001


async def test_the_cashiers_button_pays_at_once(deyang: Deyang) -> None:
    opened = await deyang.data("POST", PAY, payment("DY202610-1", "38.60"))
    async with deyang.session.get(opened["payUrl"]) as shown:
        assert "待支付 To be paid" in await shown.text()
    async with deyang.session.post(opened["payUrl"]) as paid:
        assert "已支付 Paid" in await paid.text()
    assert (await deyang.data("POST", BILLS, page(ZHANG)))["list"][0]["payFlag"] == "1"


async def test_payments_that_cannot_be(deyang: Deyang) -> None:
    changed = await deyang.call("POST", PAY, payment("DY202610-1", "38.59"))
    assert (changed["code"], changed["data"]) == (46003, {"fee": 3860})
    assert (await deyang.call("POST", PAY, payment("DY202610-1", "38.60", who=MANY)))["code"] == 40400
    assert (await deyang.call("POST", PAY, payment("nothing", "38.60")))["code"] == 40400
    for amount in ("-1", "NaN", "", "1e400", "0.001"):
        assert (await deyang.call("POST", PAY, payment("DY202610-1", amount)))["code"] == 46002


async def test_a_case_moves_on_by_the_clock(deyang: Deyang, clock: Clock) -> None:
    who = user("chen")
    form = {
        "userId": who,
        "mobile": "19900000000",
        "matter": "HOTLINE-12345",
        "content": {"content": "倒伏的树"},
        "reqNo": "R1",
    }
    case = await deyang.data("POST", CASE, form)
    assert (case["status"], case["title"], case["deadline"]) == ("10", "倒伏的树", "2026-11-27")
    states = []
    for _ in range(4):
        rows = await deyang.data("POST", CASE + "s/batch", {"userId": who, "orderNos": [case["orderNo"]]})
        states.append((rows[0]["status"], len(rows[0]["flow"])))
        clock.forward(4.5)
    assert states == [("10", 1), ("20", 2), ("30", 3), ("40", 4)]
    again = await deyang.data("POST", CASE, form)
    assert again["orderNo"] == case["orderNo"]
    assert (await deyang.call("POST", CASE, {**form, "content": {"content": "别的"}}))["code"] == 40901
    listed = await deyang.data("GET", CASE + "s", {"userId": who, "page": 1})
    assert [row["orderNo"] for row in listed["rows"]] == [case["orderNo"], "DY20261118-11"]


async def test_a_complex_case_is_promised_in_20_working_days(deyang: Deyang) -> None:
    form = {
        "userId": user("chen"),
        "mobile": "19900000000",
        "matter": "X",
        "content": {"text": "产权纠纷"},
        "reqNo": "R1",
    }
    assert (await deyang.data("POST", CASE, form))["deadline"] == "2026-12-18"


async def test_a_batch_holds_each_of_ones_own_cases_once(deyang: Deyang) -> None:
    rows = (await deyang.data("GET", CASE + "s", {"userId": MANY, "page": 7}))["rows"]
    assert len(rows) == 17
    wanted = [rows[3]["orderNo"], rows[0]["orderNo"], rows[3]["orderNo"], "DY20261118-11", "unknown"]
    got = await deyang.data("POST", CASE + "s/batch", {"userId": MANY, "orderNos": wanted})
    assert sorted(row["orderNo"] for row in got) == sorted({rows[0]["orderNo"], rows[3]["orderNo"]})


async def test_ride_codes_are_short_lived_and_visitors_are_told_their_fare(deyang: Deyang, clock: Clock) -> None:
    home = await deyang.data("POST", "/api/v1/bus/qrcode", {"userId": user("deng")})
    away = await deyang.data("POST", "/api/v1/bus/qrcode", {"userId": user("mian")})
    assert home["expireAt"] == (clock().timestamp() + 60) * 1000
    assert (home["discountDesc"], away["discountDesc"]) == ("本市八折", "漫游九折")
    assert home["qr"] != away["qr"]


async def test_local_answers(deyang: Deyang) -> None:
    credit = await deyang.data("POST", "/api/v1/credit/score", {"userId": ZHANG})
    assert credit == {"score": 712, "levelName": "良好", "evalDate": "20261101"}
    lines = await deyang.data("GET", "/api/v1/shuttle/lines", {})
    assert lines[0]["next"] == "2026-11-21 10:10"


async def test_binding_links_once_and_conflicts_with_another_id(deyang: Deyang) -> None:
    mei = {"userId": user("mei"), "mobile": "19900000002", "reqNo": "B1"}
    assert await deyang.data("POST", "/api/v1/account/bind", mei) == {
        "bindFlag": "1",
        "bindTime": "2026-11-21 10:00:00",
    }
    assert (await deyang.data("POST", BILLS, page(mei["userId"]))) == {"total": 0, "list": None}
    thief = {"userId": "x" * 43, "mobile": "19900000002", "reqNo": "B2"}
    assert (await deyang.data("POST", "/api/v1/account/bind", thief))["bindFlag"] == "9"
    assert (await deyang.call("POST", BILLS, page("x" * 43)))["code"] == 40103


async def test_a_ticket_opens_once(deyang: Deyang, clock: Clock) -> None:
    ask = {"userId": user("deng"), "matter": "NOTARY", "target": "https://m.dy.example.gov.cn/notary", "reqNo": "T1"}
    ticket = await deyang.data("POST", "/api/v1/account/ticket", ask)
    assert await deyang.data("POST", "/api/v1/account/ticket", ask) == ticket
    async with deyang.session.head(ticket["url"]) as looked:
        assert looked.status == 200
    async with deyang.session.get(ticket["url"]) as first:
        text = await first.text()
    assert first.status == 200
    assert "德阳市 Deyang" in text
    assert "在线公证 Online notary" in text
    assert "邓**" in text
    assert "邓德阳" not in text
    async with deyang.session.get(ticket["url"]) as second:
        assert second.status == 410
    late = await deyang.data("POST", "/api/v1/account/ticket", {**ask, "reqNo": "T2"})
    clock.forward(301)
    async with deyang.session.get(late["url"]) as third:
        assert third.status == 410
        assert "expired" in await third.text()
