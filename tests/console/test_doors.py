"""Who is let in: operators declared in the files, and nobody else, to nothing."""

from collections.abc import AsyncIterator

import pytest

from sandbox.personas import OPERATORS, PERSONAS
from sandbox.up import Stack
from tests.console.visitor import Visitor

PLACES = ("/console", "/console/cities/deyang", "/console/agreements/2026-001", "/console/cities/nowhere", "/console/x")


@pytest.fixture
async def visitor(stack: Stack) -> AsyncIterator[Visitor]:
    async with Visitor(stack.gateway_url) as visitor:
        yield visitor


@pytest.mark.parametrize("path", PLACES)
async def test_a_stranger_is_asked_to_sign_in_and_comes_back_to_the_page(visitor: Visitor, path: str) -> None:
    """And learns of no city, not even whether there is one."""
    status, page = await visitor.get(path)
    assert status == 401
    assert f"/auth/login?return={path}" in page
    assert "512000" not in page
    assert "资阳" not in page


@pytest.mark.parametrize("path", PLACES)
async def test_a_citizen_is_told_that_this_is_not_for_them(visitor: Visitor, path: str) -> None:
    await visitor.sign_in("deng")
    status, page = await visitor.get(path)
    assert status == 403
    assert "你不是本网关的运营人员" in page
    assert "资阳" not in page


async def test_a_citizen_cannot_act_with_the_right_word_either(visitor: Visitor) -> None:
    await visitor.sign_in("deng")
    status, _ = await visitor.post("/console/cities/deyang/pause", reason="x")
    assert status == 403


async def test_a_token_opens_nothing(stack: Stack, visitor: Visitor) -> None:
    """The console is for browsers that signed in: a token that leaked from an app is no operator."""
    authorization = {"authorization": f"Bearer {stack.token('deng')}"}
    status, _ = await visitor.get("/console", headers=authorization)
    assert status == 401


async def test_an_operator_sees_every_city_in_their_language(visitor: Visitor) -> None:
    await visitor.sign_in("operator")
    status, page = await visitor.get("/console")
    assert status == 200
    assert '<html lang="zh-CN">' in page
    assert all(name in page for name in ("成都市", "德阳市", "眉山市", "资阳市", "绵阳市", "攀枝花", "未接入"))
    status, page = await visitor.get("/console?lang=en")
    assert '<html lang="en">' in page
    assert "Joined cities" in page
    status, page = await visitor.get("/console/cities/ziyang")
    assert "Last rejected edit" in page, "the choice is kept"


async def test_accept_language_chooses_until_somebody_does(stack: Stack) -> None:
    async with Visitor(stack.gateway_url, "en-GB,en;q=0.9,zh;q=0.5") as visitor:
        _, page = await visitor.get("/console")
        assert "Sign in first" in page


async def test_no_page_may_be_kept_framed_or_run_anything_of_others(visitor: Visitor) -> None:
    await visitor.sign_in("operator")
    headers = await visitor.headers("/console/cities/deyang")
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    _, page = await visitor.get("/console/cities/deyang")
    assert "style=" not in page
    assert "onclick" not in page
    assert "://" not in page.replace("http://www.w3.org", "")


@pytest.mark.parametrize("path", ["/console/cities/nowhere", "/console/agreements/1999-001", "/console/..%2fapp.py"])
async def test_what_is_not_there_is_not_found(visitor: Visitor, path: str) -> None:
    await visitor.sign_in("operator")
    assert (await visitor.get(path))[0] == 404


@pytest.mark.parametrize("name", ["console.css", "console.js"])
async def test_style_and_script_are_our_own(visitor: Visitor, name: str) -> None:
    status, text = await visitor.get(f"/console/assets/{name}")
    assert status == 200
    assert "http" not in text
    assert (await visitor.get("/console/assets/..%2f..%2fpackage.json"))[0] in (401, 404)


async def test_signing_out_ends_the_session(visitor: Visitor) -> None:
    await visitor.sign_in("operator")
    status, where = await visitor.post("/console/sign-out")
    assert (status, where) == (303, "/console")
    assert (await visitor.get("/console"))[0] == 401


def test_an_operator_is_no_citizen() -> None:
    """Staff have a login, and nothing of anybody's: no number, no account, no home city in the graph."""
    assert not OPERATORS.keys() & PERSONAS.keys()
    assert all(not (one.id_number or one.phone or one.linked) for one in OPERATORS.values())
