"""J19 as the operator sees it: an edit that is refused, on the page with its place; then back, held, stopped, and on again."""

import re
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from sandbox.up import Stack
from tests.client import FrontEnd
from tests.console.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20.0
BILLS = "{ me { bills(cities: [DEYANG]) { coverage { outcome code } } } }"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A sandbox whose files a test may change."""
    home = tmp_path_factory.mktemp("console")
    shutil.copytree(ROOT / "cities", home / "cities")
    with Stack.start(home / "cities", home / "sandbox") as running:
        yield running


@pytest.fixture
async def operator(own: Stack) -> AsyncIterator[Visitor]:
    async with Visitor(own.gateway_url) as visitor:
        yield await visitor.sign_in("operator")


async def until(visitor: Visitor, path: str, fits: Callable[[str], bool]) -> str:
    """The page, once it shows what it should."""
    deadline = time.monotonic() + SECONDS
    while True:
        _, page = await visitor.get(path)
        if fits(page):
            return page
        assert time.monotonic() < deadline, page


def revision(page: str) -> str:
    found = re.search(r"<dt>版本</dt><dd><code>([0-9a-f]{10})</code>", page)
    assert found, page
    return found[1]


async def test_a_refused_edit_is_shown_with_its_place_and_the_city_serves_on(own: Stack, operator: Visitor) -> None:
    """The operator mends a file from what the page says; a hostile name in a file is text on the page."""
    file = own.places.root / "deyang" / "channel.yaml"
    good = file.read_text("utf-8")
    _, before = await operator.get("/console/cities/deyang")
    line = next(number for number, text in enumerate(good.splitlines(), 1) if text.startswith("backends:"))
    file.write_text(good.replace("\nbackends:", '\n"<script>alert(1)</script>": 1\nbackends:', 1), "utf-8")
    try:
        page = await until(operator, "/console/cities/deyang", lambda page: "ROAM-201" in page)
        assert f"deyang/channel.yaml:{line}:" in page
        assert "^^^" in page
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert str(own.places.root) not in page, "a path begins with the root's own name"
        assert revision(page) == revision(before)
        _, english = await operator.get("/console/cities/deyang?lang=en")
        assert "unknown field" in english
        _, overview = await operator.get("/console?lang=zh")
        assert "有未被采纳的修改" in overview
        assert (
            FrontEnd(own.gateway_url, own.token("deng")).ask(BILLS).data["me"]["bills"]["coverage"][0]["code"] is None
        )
    finally:
        file.write_text(good, "utf-8")
    await until(operator, "/console/cities/deyang", lambda page: "ROAM-201" not in page)


async def test_rollback_pin_and_their_end(own: Stack, operator: Visitor) -> None:
    """By a press each, to a version that the page lists; who and why stand below."""
    path, file = "/console/cities/ziyang", own.places.root / "ziyang" / "channel.yaml"
    _, page = await operator.get(path)
    first = revision(page)
    file.write_text(file.read_text("utf-8") + "# 第二版\n", "utf-8")
    page = await until(operator, path, lambda page: revision(page) != first)
    second = revision(page)
    assert f'<option value="{first}">' in page

    assert await operator.post(f"{path}/rollback", reason="新版有误", to=first) == (303, f"{path}?done=rollback")
    page = await until(operator, path, lambda page: revision(page) == first)
    assert "回滚" in page
    assert (await operator.post(f"{path}/unpin", reason="误会"))[0] == 303
    await until(operator, path, lambda page: revision(page) == second)

    assert (await operator.post(f"{path}/pin", reason="节日封网"))[0] == 303
    page = await until(operator, path, lambda page: "版本已固定" in page)
    assert (await operator.post(f"{path}/unpin", reason="节后解封"))[0] == 303
    page = await until(operator, path, lambda page: "版本已固定" not in page)
    assert all(reason in page for reason in ("新版有误", "误会", "节日封网", "节后解封"))

    status, page = await operator.post(f"{path}/rollback", reason="回到哪里", to="ffffffffff")
    assert status == 422
    assert "没有版本 ffffffffff" in page
    assert 'id="do-rollback" open>' in page
    assert ">回到哪里</textarea>" in page
    status, page = await operator.post(f"{path}/resume", reason="没有暂停过")
    assert status == 422
    assert "没有被暂停" in page


async def test_a_paused_city_is_asked_nothing_until_it_is_resumed(own: Stack, operator: Visitor) -> None:
    path, deng = "/console/cities/deyang", FrontEnd(own.gateway_url, own.token("deng"))
    assert (await operator.post(f"{path}/pause", reason="夜间割接"))[0] == 303
    _, page = await operator.get(path)
    assert "运营值班 (operator) 于" in page, "done means done: the page that follows shows it"
    assert "夜间割接" in page
    assert "do-resume" in page
    assert deng.ask(BILLS).data["me"]["bills"]["coverage"][0]["code"] == "CHANNEL_PAUSED"
    assert (await operator.post(f"{path}/resume", reason="割接完成"))[0] == 303
    assert deng.ask(BILLS).data["me"]["bills"]["coverage"][0]["code"] is None
