"""Each fault, as a caller meets it: on the network, or in the city's own format."""

import asyncio
import io
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any

import aiohttp
import pytest

from sandbox.personas import PERSONAS
from sandbox.serve import Site
from tests.sandbox.callers import Clock, Deyang, Leshan, Meishan, Ziyang, pairwise

Serve = Callable[[str], Awaitable[Site]]
ZHANG = pairwise("510600", "test-zhang.510600")
BILLS = ("POST", "/api/v2/bill/query", {"userId": ZHANG, "bizType": "", "pageNo": 1, "pageSize": 50})


async def switch(session: aiohttp.ClientSession, site: Site, fault: str, **more: Any) -> dict[str, Any]:
    async with session.put(site.control_url + "/fault", json={"fault": fault, **more}) as response:
        assert response.status == 200
        answer: dict[str, Any] = await response.json()
        return answer


@pytest.fixture
async def site(serve: Serve) -> Site:
    return await serve("deyang")


@pytest.fixture
def deyang(site: Site, session: aiohttp.ClientSession, clock: Clock) -> Deyang:
    return Deyang(session, site.base_url, clock)


async def test_refuse_closes_the_socket_and_none_opens_it(deyang: Deyang, site: Site) -> None:
    await deyang.call(*BILLS)
    await switch(deyang.session, site, "refuse")
    for _ in range(2):
        with pytest.raises(aiohttp.ClientConnectorError):
            await deyang.call(*BILLS)
    await switch(deyang.session, site, "none")
    assert (await deyang.call(*BILLS))["code"] == 0


async def test_slow_answers_after_almost_two_seconds(deyang: Deyang, site: Site) -> None:
    await switch(deyang.session, site, "slow", count=1)
    before = time.monotonic()
    assert (await deyang.call(*BILLS))["code"] == 0
    assert 1.8 < time.monotonic() - before < 3


async def test_hang_never_answers_but_others_are_served(deyang: Deyang, site: Site) -> None:
    await switch(deyang.session, site, "hang", count=1)
    hanging = asyncio.create_task(deyang.call(*BILLS))
    while not (await calls(deyang.session, site)):  # noqa: ASYNC110  # each turn asks the city
        await asyncio.sleep(0)
    assert (await deyang.call(*BILLS))["code"] == 0
    assert not hanging.done()
    hanging.cancel()


async def calls(session: aiohttp.ClientSession, site: Site) -> list[dict[str, str]]:
    async with session.get(site.control_url + "/calls") as response:
        answer: list[dict[str, str]] = (await response.json())["calls"]
        return answer


async def test_5xx_html_and_truncated(deyang: Deyang, site: Site) -> None:
    url = deyang.base + "/api/v1/shuttle/lines"
    await switch(deyang.session, site, "5xx")
    async with deyang.session.get(url) as response:
        assert response.status == 503
    await switch(deyang.session, site, "html")
    async with deyang.session.get(url) as response:
        assert (response.status, response.content_type) == (200, "text/html")
    await switch(deyang.session, site, "truncated")
    with pytest.raises(aiohttp.ClientPayloadError):
        await deyang.call(*BILLS)


async def test_a_cut_answer_hides_a_payment_that_happened(deyang: Deyang, site: Site) -> None:
    """What the caller does not know must be askable: the same number gives the order that was opened."""
    ask = {
        "userId": ZHANG,
        "billNo": "DY202610-1",
        "amount": "38.60",
        "returnUrl": "https://g.example",
        "outTradeNo": "K",
    }
    await switch(deyang.session, site, "truncated", count=1, operation="bills.pay")
    with pytest.raises(aiohttp.ClientPayloadError):
        await deyang.call("POST", "/api/v2/bill/pay/order", ask)
    assert (await deyang.data(*BILLS))["list"][0]["payFlag"] == "2"
    assert (await deyang.data("POST", "/api/v2/bill/pay/order", ask))["orderNo"] == "DYP-DY202610-1"


PAYMENT = {
    "userId": ZHANG,
    "billNo": "DY202610-1",
    "amount": "38.60",
    "returnUrl": "https://g.example",
    "outTradeNo": "L",
}
OUTCOME = {"userId": ZHANG, "kind": "pay", "reqNo": "L"}


@pytest.mark.parametrize(("fault", "result"), [("lost", "1"), ("vanish", "0")])
async def test_a_broken_line_hides_whether_the_work_was_done_and_the_city_knows(
    deyang: Deyang, site: Site, fault: str, result: str
) -> None:
    """`lost` breaks off after the work, `vanish` before it; only asking by the request number tells them apart."""
    await switch(deyang.session, site, fault, count=1, operation="bills.pay")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await deyang.call("POST", "/api/v2/bill/pay/order", PAYMENT)
    told = await deyang.data("POST", "/api/v1/request/query", OUTCOME)
    assert told["result"] == result
    assert (told["answer"] or {}).get("orderNo") == ("DYP-DY202610-1" if result == "1" else None)


async def test_late_does_the_work_at_once_and_others_are_served(deyang: Deyang, site: Site) -> None:
    """Whoever gives up waiting finds the work done."""
    await switch(deyang.session, site, "late", count=1, operation="bills.pay")
    waiting = asyncio.create_task(deyang.call("POST", "/api/v2/bill/pay/order", PAYMENT))
    while (await deyang.data("POST", "/api/v1/request/query", OUTCOME))["result"] != "1":  # noqa: ASYNC110  # each turn asks
        await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()


async def test_a_refusal_is_known_by_its_request_number(deyang: Deyang) -> None:
    """Nothing was done, and it can be said why; the number stays free."""
    await deyang.call("POST", "/api/v2/bill/pay/order", {**PAYMENT, "amount": "0.01"})
    told = await deyang.data("POST", "/api/v1/request/query", OUTCOME)
    assert (told["result"], told["errCode"]) == ("2", "46003")
    await deyang.data("POST", "/api/v2/bill/pay/order", PAYMENT)
    assert (await deyang.data("POST", "/api/v1/request/query", OUTCOME))["result"] == "1"


async def test_data_faults_in_deyang(deyang: Deyang, site: Site) -> None:
    good = await deyang.data(*BILLS)
    await switch(deyang.session, site, "duplicate_row")
    assert (await deyang.data(*BILLS))["list"] == good["list"] * 2
    await switch(deyang.session, site, "bad_row")
    assert (await deyang.data(*BILLS))["list"] == [{**good["list"][0], "payFlag": "7"}]
    await switch(deyang.session, site, "wrong_type")
    assert await deyang.data(*BILLS) == [good]


async def test_a_filter_and_a_count_narrow_a_fault(deyang: Deyang, site: Site) -> None:
    shown = await switch(deyang.session, site, "wrong_type", operation="bills.list", count=2)
    assert shown == {"fault": "wrong_type", "operation": "bills.list", "count": 2}
    assert isinstance(await deyang.data("GET", "/api/v1/shuttle/lines", {}), list)
    assert isinstance((await deyang.data(*BILLS)), list)
    assert isinstance((await deyang.data(*BILLS)), list)
    assert isinstance((await deyang.data(*BILLS)), dict)
    await switch(deyang.session, site, "html", operation="/bus/")
    assert (await deyang.call(*BILLS))["code"] == 0
    seen = [call["operation"] for call in await calls(deyang.session, site)]
    assert seen == ["local.shuttleLines", *["bills.list"] * 4]


async def test_a_wrong_wish_is_refused(deyang: Deyang, site: Site) -> None:
    for body in (b"{}", b"x", b"[]", b'{"fault":"fire"}', b'{"fault":"slow","count":0}', b'{"fault":"slow","for":1}'):
        async with deyang.session.put(site.control_url + "/fault", data=body) as response:
            assert response.status == 422
    async with deyang.session.get(site.control_url + "/fault") as response:
        assert await response.json() == {"fault": "none"}


async def test_data_faults_in_meishan(serve: Serve, session: aiohttp.ClientSession) -> None:
    site = await serve("meishan")
    meishan = Meishan(session, site.base_url, Clock())
    path = f"/v1/citizens/{pairwise('511400', 'mei')}/bills"
    await switch(session, site, "html")
    assert (await meishan.authorize())["status"] == 200
    await switch(session, site, "duplicate_row")
    rows = (await meishan.call("GET", path))[1]["bills"]
    assert rows[0] == rows[1] != rows[2]
    await switch(session, site, "bad_row")
    assert (await meishan.call("GET", path))[1]["bills"][0]["status"] == "limbo"
    await switch(session, site, "wrong_type")
    assert isinstance((await meishan.call("GET", path))[1], list)


async def test_data_faults_in_ziyang(serve: Serve, session: aiohttp.ClientSession, clock: Clock) -> None:
    site = await serve("ziyang")
    ziyang = Ziyang(session, site.base_url, clock)
    who = f"<zy:SFZH>{PERSONAS['test-zhang@ziyang'].id_number}</zy:SFZH>"
    await switch(session, site, "duplicate_row", operation="bills.list")
    assert (await ziyang.call("ShuiFeiService", "QuerySF", who))[1].count("<ZD>") == 2
    await switch(session, site, "bad_row")
    assert "<JFBZ>?</JFBZ>" in (await ziyang.call("ShuiFeiService", "QuerySF", who))[1]
    await switch(session, site, "wrong_type")
    assert "<ZD>共 1 条</ZD>" in (await ziyang.call("ShuiFeiService", "QuerySF", who))[1]
    bind = await ziyang.call("ZhangHuService", "BindZH", who + "<zy:LSH>1</zy:LSH>")
    assert bind[1].count("<Data>") == 2


async def test_data_faults_in_leshan(serve: Serve, session: aiohttp.ClientSession, clock: Clock) -> None:
    site = await serve("leshan")
    leshan = Leshan(session, site.base_url, clock)
    who = {"mobile": PERSONAS["mei"].phone}
    good = (await leshan.call("/water/bill.do", who))["result"]
    await switch(session, site, "duplicate_row")
    assert (await leshan.call("/water/bill.do", who))["result"]["rows"] == [good["rows"][0], *good["rows"]]
    await switch(session, site, "bad_row")
    assert (await leshan.call("/water/bill.do", who))["result"]["rows"][0]["状态"] == "不详"
    await switch(session, site, "wrong_type")
    assert (await leshan.call("/water/bill.do", who))["result"] == [good]


async def test_a_store_that_is_locked_is_the_citys_own_busy_code(deyang: Deyang, site: Site) -> None:
    """Another process holds the file: the city says so in its protocol and does not answer 500."""
    site.world.store.wait(0)
    with closing(sqlite3.connect(site.world.store_path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert (await deyang.call(*BILLS))["code"] == 50300
        other.execute("ROLLBACK")
    assert (await deyang.call(*BILLS))["code"] == 0


async def test_a_body_over_the_limit_is_refused(deyang: Deyang) -> None:
    async with deyang.session.post(deyang.base + "/api/v2/bill/query", data=io.BytesIO(b"x" * (2**20 + 1))) as response:
        assert response.status == 413


async def test_only_consoles_of_this_machine_may_switch(deyang: Deyang, site: Site) -> None:
    for origin, allowed in (("http://127.0.0.1:8000", True), ("https://evil.example", False)):
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "content-type",
        }
        async with deyang.session.options(site.control_url + "/fault", headers=headers) as response:
            assert (response.status == 200) is allowed
