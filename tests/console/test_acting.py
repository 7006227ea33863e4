"""What operators do: with a reason, on their own cities, from a form of ours, and written down."""

from collections.abc import AsyncIterator

import pytest

from sandbox.up import Stack
from tests.client import Citizen, FrontEnd
from tests.console.visitor import Visitor

BILLS = "query ($cities: [CityId!]) { me { bills(cities: $cities) { coverage { city { slug } outcome code } } } }"


@pytest.fixture
async def operator(stack: Stack) -> AsyncIterator[Visitor]:
    async with Visitor(stack.gateway_url) as visitor:
        yield await visitor.sign_in("operator")


def outcome(front: FrontEnd, city: str) -> tuple[str, str | None]:
    row = front.ask(BILLS, cities=[city]).data["me"]["bills"]["coverage"][0]
    return row["outcome"], row["code"]


async def history(visitor: Visitor, city: str) -> str:
    _, page = await visitor.get(f"/console/cities/{city}")
    return page.partition('id="live-history"')[2]


@pytest.mark.parametrize("csrf", ["", "x", "ünfit"])
async def test_a_form_that_is_not_ours_does_nothing(operator: Visitor, csrf: str) -> None:
    """Another site can make the browser send a form with the cookie; the word it cannot know."""
    status, _ = await operator.post("/console/cities/meishan/pause", reason="不是我们的表单", csrf=csrf)
    assert status == 403
    assert "不是我们的表单" not in await history(operator, "meishan")


async def test_a_page_of_another_origin_does_nothing_even_with_the_word(operator: Visitor) -> None:
    headers = {"origin": "https://evil.example"}
    status, _ = await operator.post("/console/cities/meishan/pause", headers, reason="外站")
    assert status == 401
    assert "外站" not in await history(operator, "meishan")


@pytest.mark.parametrize("reason", ["", "   ", "\t\r\n", "长" * 501, "响铃\x07"])
async def test_nothing_is_done_without_a_reason(operator: Visitor, reason: str) -> None:
    status, page = await operator.post("/console/cities/meishan/pause", reason=reason)
    assert status == 422
    assert "请写明原因" in page
    kept = page.partition('id="do-pause" open>')[2].partition("</textarea>")[0]
    assert kept.endswith(f">{reason}"), "what was typed is still there, in the form that is open"
    assert "还没有操作" in await history(operator, "meishan")


async def test_an_operator_of_one_city_sees_all_and_acts_on_theirs(stack: Stack) -> None:
    async with Visitor(stack.gateway_url) as visitor:
        await visitor.sign_in("operator%40deyang")
        status, page = await visitor.get("/console/cities/chengdu")
        assert status == 200
        assert "可操作 · 德阳市" in page
        assert "<form" not in page.partition("<main")[2]
        assert (await visitor.post("/console/cities/chengdu/pause", reason="别人的城市"))[0] == 403
        assert (await visitor.post("/console/agreements/2026-001/suspend", reason="别人的协议"))[0] == 403
        assert "别人的城市" not in await history(visitor, "chengdu")
        assert "/console/cities/deyang/pause" in (await visitor.get("/console/cities/deyang"))[1]


@pytest.mark.parametrize(
    "path", ["/console/cities/nowhere/pause", "/console/cities/deyang/burn", "/console/agreements/9/suspend"]
)
async def test_what_cannot_be_acted_on_is_not_found(operator: Visitor, path: str) -> None:
    assert (await operator.post(path, reason="试试"))[0] == 404


async def test_a_suspended_agreement_opens_nothing_from_the_next_call_on(
    stack: Stack, citizen: Citizen, operator: Visitor
) -> None:
    """J20 by a button; and the record says who, why and which."""
    deng = citizen("deng")
    assert outcome(deng, "MIANYANG")[0] == "OK"
    status, where = await operator.post("/console/agreements/2026-007/suspend", reason='核查 <b>数据</b> "出境"')
    assert (status, where) == (303, "/console/agreements/2026-007?done=suspend")
    try:
        assert outcome(deng, "MIANYANG") == ("DENIED", "AGREEMENT_SUSPENDED")
        _, page = await operator.get(where)
        assert '暂停中</span><ul class="flags">' in page, "whose flag it is stands with the state"
        assert "运营值班 (operator)" in page
        assert "核查 &lt;b&gt;数据&lt;/b&gt; &quot;出境&quot;" in page
        assert "<b>数据</b>" not in page
    finally:
        assert (await operator.post("/console/agreements/2026-007/unsuspend", reason="核查完毕"))[0] == 303
    assert outcome(deng, "MIANYANG")[0] == "OK"
    assert "核查完毕" in (await operator.get("/console"))[1]
