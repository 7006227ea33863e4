"""Leshan's forms and GBK JSON."""

from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from sandbox.personas import PERSONAS
from sandbox.serve import Site
from tests.sandbox.callers import Clock, Leshan

Serve = Callable[[str], Awaitable[Site]]


@pytest.fixture
async def leshan(serve: Serve, session: aiohttp.ClientSession, clock: Clock) -> Leshan:
    return Leshan(session, (await serve("leshan")).base_url, clock)


def phone(key: str) -> dict[str, str]:
    return {"mobile": PERSONAS[key].phone}


async def test_a_signed_form_gets_the_bill(leshan: Leshan) -> None:
    answer = await leshan.call("/water/bill.do", {**phone("test-1234@leshan"), "page": "1"})
    assert answer["success"] == "Y"
    row = answer["result"]["rows"][0]
    assert (row["状态"], row["je"], row["jzrq"], row["ny"]) == ("欠费", "12.34", "2026/12/31", "202611")


async def test_a_wrong_key_and_an_old_clock_are_refused(leshan: Leshan) -> None:
    wrong = Leshan(leshan.session, leshan.base.removesuffix("/app"), leshan.clock, key="other")
    assert (await wrong.call("/water/notice.do", {"page": "1"}))["errCode"] == "E1001"
    for skew in (-302, 301):
        assert (await leshan.call("/water/notice.do", {"page": "1"}, skew=skew))["errCode"] == "E1001"
    assert (await leshan.call("/water/notice.do", {"page": "1"}, skew=-299))["success"] == "Y"


async def test_what_gbk_lacks_is_escaped(leshan: Leshan) -> None:
    raw = await leshan.raw("/water/notice.do", {"page": "1"})
    assert b"\\u36c3\\ud840\\udd64\\u4dae" in raw
    answer = await leshan.call("/water/notice.do", {"page": "1"})
    assert "㛃𠅤䶮村" in {row["qy"] for row in answer["result"]["rows"]}


async def test_pages_walk_all_rows(leshan: Leshan) -> None:
    for path, ask, count in (("/water/bill.do", phone("test-many@leshan"), 137), ("/water/notice.do", {}, 45)):
        rows = []
        for page in range(1, -(-count // 20) + 1):
            result = (await leshan.call(path, {**ask, "page": str(page)}))["result"]
            assert result["cnt"] == count
            rows += result["rows"]
        assert len({row["id"] for row in rows}) == count
    dates = [row["fbsj"] for row in rows]
    assert dates == sorted(dates, reverse=True)


async def test_unknown_people_and_odd_pages(leshan: Leshan) -> None:
    assert (await leshan.call("/water/bill.do", phone("test-nobody@leshan")))["errCode"] == "E1002"
    assert (await leshan.call("/water/bill.do", {"mobile": "'\"<你好>" * 900}))["errCode"] == "E1002"
    assert (await leshan.call("/water/notice.do", {"page": "-3"}))["success"] == "Y"
    async with leshan.session.post(leshan.base + "/water/bill.do", data=b"mobile=%ff%ff&\xff") as response:
        assert b'"success":"N"' in await response.read()


async def test_binding_and_one_time_addresses(leshan: Leshan) -> None:
    ask = {**phone("test-nobody@leshan"), "lsh": "1"}
    bound = await leshan.call("/account/bind.do", ask)
    assert bound["result"] == {"zt": "Y", "sj": "2026/11/21 10:00:00"}
    assert (await leshan.call("/account/bind.do", ask)) == bound
    assert (await leshan.call("/account/bind.do", {**ask, "mobile": "19900000099"}))["errCode"] == "E1009"
    assert (await leshan.call("/water/bill.do", phone("test-nobody@leshan")))["result"]["cnt"] == 0
    opened = await leshan.call(
        "/account/open.do", {**ask, "fwbm": "LE-BUDDHA", "dz": "https://m.ls.example.gov.cn/buddha"}
    )
    assert opened["result"]["yxq"] == "2026/11/21 10:05:00"
    async with leshan.session.get(opened["result"]["url"]) as response:
        assert "乐山市 Leshan" in await response.text()
