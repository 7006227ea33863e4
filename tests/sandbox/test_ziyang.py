"""Ziyang's SOAP, in GB 18030 bytes."""

from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from sandbox.personas import PERSONAS
from sandbox.serve import Site
from tests.sandbox.callers import Clock, Ziyang

Serve = Callable[[str], Awaitable[Site]]


@pytest.fixture
async def ziyang(serve: Serve, session: aiohttp.ClientSession, clock: Clock) -> Ziyang:
    return Ziyang(session, (await serve("ziyang")).base_url, clock)


def number(key: str) -> str:
    return f"<zy:SFZH>{PERSONAS[key].id_number}</zy:SFZH>"


def person(key: str) -> str:
    return f"{number(key)}<zy:XM>{PERSONAS[key].name}</zy:XM>"


async def test_a_single_account_is_one_element(ziyang: Ziyang) -> None:
    status, text = await ziyang.call("SheBaoService", "QuerySB", person("test-zhang@ziyang"))
    assert status == 200
    assert text.count("<CBXX>") == 1
    assert "<RetCode>000</RetCode>" in text
    assert "<XZLX>110</XZLX>" in text
    assert "<DWMC>资阳某机械有限公司</DWMC>" in text
    assert "<GRZHYE>9321.55</GRZHYE>" in text


async def test_rare_characters_survive_both_ways(ziyang: Ziyang) -> None:
    """The name goes out in GB 18030 and must match the register; the employer comes back in it."""
    _, text = await ziyang.call("SheBaoService", "QuerySB", person("test-hanzi@ziyang"))
    assert "<DWMC>资阳㛃𠅤䶮机械有限公司</DWMC>" in text
    wrong = number("test-hanzi@ziyang") + "<zy:XM>???</zy:XM>"
    assert "<RetCode>101</RetCode>" in (await ziyang.call("SheBaoService", "QuerySB", wrong))[1]


async def test_wrong_passwords_old_clocks_and_replays_are_faults(ziyang: Ziyang) -> None:
    body = number("chen")
    for options in ({"password": "wrong"}, {"skew": -301}, {"skew": 301}):
        status, text = await ziyang.call("ShuiFeiService", "QuerySF", body, **options)  # type: ignore[arg-type]
        assert (status, "wsse:FailedAuthentication" in text) == (500, True)
    assert (await ziyang.call("ShuiFeiService", "QuerySF", body, nonce=b"once"))[0] == 200
    assert (await ziyang.call("ShuiFeiService", "QuerySF", body, nonce=b"once"))[0] == 500


async def test_bills(ziyang: Ziyang) -> None:
    _, many = await ziyang.call("ShuiFeiService", "QuerySF", number("test-many@ziyang"))
    assert many.count("<ZD>") == 137
    _, one = await ziyang.call("ShuiFeiService", "QuerySF", number("test-1234@ziyang"))
    assert "<JE>12.34</JE>" in one
    assert "<JZRQ>20261231</JZRQ>" in one
    _, nobody = await ziyang.call("ShuiFeiService", "QuerySF", number("test-nobody@ziyang"))
    assert "<RetCode>101</RetCode>" in nobody
    assert "<Data>" not in nobody


async def test_what_is_not_an_envelope_is_a_fault(ziyang: Ziyang) -> None:
    url, headers = f"{ziyang.base}/SheBaoService", {"SOAPAction": "x", "Content-Type": "text/xml"}
    bomb = b'<!DOCTYPE a [<!ENTITY b "bb">]><soap:Envelope>&b;</soap:Envelope>'
    for body in (b"", b"\xff\xff", b"<a>", "<a>你好</a>".encode(), bomb, b"<a/>"):
        async with ziyang.session.post(url, data=body, headers=headers) as response:
            assert response.status == 500
            assert b"<soap:Fault>" in await response.read()
    _, text = await ziyang.call("SheBaoService", "QueryXX", number("chen"))
    assert "<RetCode>404</RetCode>" in text


async def test_policies_are_found_by_a_word(ziyang: Ziyang) -> None:
    _, text = await ziyang.call("ZhengCeService", "QueryZC", "<zy:GJZ>柠檬</zy:GJZ>")
    assert text.count("<ZC>") == 1
    _, none = await ziyang.call("ZhengCeService", "QueryZC", "<zy:GJZ>没有的词</zy:GJZ>")
    assert "<RetCode>000</RetCode>" in none
    assert "<ZC>" not in none


async def test_binding_and_one_time_addresses(ziyang: Ziyang) -> None:
    key = "test-nobody@ziyang"
    _, text = await ziyang.call("ZhangHuService", "BindZH", number(key) + "<zy:LSH>1</zy:LSH>")
    assert "<BDZT>1</BDZT><BDSJ>20261121100000</BDSJ>" in text
    assert "<RetCode>000</RetCode>" in (await ziyang.call("ShuiFeiService", "QuerySF", number(key)))[1]
    _, reused = await ziyang.call("ZhangHuService", "BindZH", number("mian") + "<zy:LSH>1</zy:LSH>")
    assert "<RetCode>409</RetCode>" in reused
    ask = (
        number(key)
        + "<zy:SXBM>MARRIAGE-APPT</zy:SXBM><zy:DZ>https://m.zy.example.gov.cn/marriage</zy:DZ><zy:LSH>2</zy:LSH>"
    )
    _, opened = await ziyang.call("ZhangHuService", "OpenFW", ask)
    url = opened.partition("<DZ>")[2].partition("</DZ>")[0]
    assert "<SXSJ>20261121100500</SXSJ>" in opened
    async with ziyang.session.get(url) as response:
        assert "资阳市 Ziyang" in await response.text()
