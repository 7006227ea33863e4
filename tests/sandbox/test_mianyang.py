"""Mianyang's plain GraphQL platform, with its real key."""

from typing import Any

import aiohttp
import pytest

from sandbox.mianyang import operation_of
from sandbox.personas import PERSONAS
from sandbox.serve import Site, serving
from tests.sandbox.callers import SECRETS, SHANGHAI, Clock, citizen_token

TOKEN = "open-token-of-the-tests"
FUND = "query F($u: ID!) { gjj(userId: $u) { zt dwmc ye ycje jzny } }"
BILLS = "query B($u: ID!, $skip: Int!, $take: Int!) { bills(userId: $u, skip: $skip, take: $take) { total rows { id company type amountFen due paid meterNo month } } }"
NOTICES = "query N($skip: Int!, $take: Int!) { notices(skip: $skip, take: $take) { rows { id cat title body area at from to link } } }"
BIND = "mutation B($u: ID!, $key: String!) { bind(userId: $u, requestId: $key) { zt at } }"
OPEN = "mutation O($u: ID!, $item: String!, $link: String!, $key: String!) { open(userId: $u, item: $item, link: $link, requestId: $key) { url expires } }"


class Mianyang:
    """Carries the key."""

    def __init__(self, session: aiohttp.ClientSession, site: Site, clock: Clock) -> None:
        self.session, self.site, self.clock = session, site, clock

    def user(self, persona: str) -> str:
        return self.site.world.pairwise(PERSONAS[persona].subject)

    async def post(self, body: object, token: str | None = TOKEN) -> tuple[int, Any]:
        headers = {} if token is None else {"X-Open-Token": token}
        asked: dict[str, Any] = body if isinstance(body, dict) else {"query": ""}
        if operation := operation_of("POST", "/graphql", asked["query"].encode()):
            sub = asked["variables"].get("u", "")
            headers["X-Roam-Citizen"] = citizen_token("510700", operation, sub, self.clock)
        async with self.session.post(f"{self.site.base_url}/graphql", json=body, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def data(self, query: str, **variables: Any) -> Any:
        _, answer = await self.post({"query": query, "variables": variables})
        assert "errors" not in answer, answer
        return answer["data"]

    async def code(self, query: str, **variables: Any) -> str:
        _, answer = await self.post({"query": query, "variables": variables})
        return str(answer["errors"][0]["extensions"]["code"])


@pytest.fixture
async def mianyang(tmp_path: Any, session: aiohttp.ClientSession, clock: Clock) -> Any:
    async with serving("mianyang", tmp_path, {**SECRETS, "MIANYANG_OPEN_TOKEN": TOKEN}, clock=clock) as site:
        yield Mianyang(session, site, clock)


async def test_a_wrong_or_missing_key_is_refused(mianyang: Mianyang) -> None:
    for token in (None, "", "guess", TOKEN + "x"):
        assert (await mianyang.post({"query": "{ __typename }"}, token))[0] == 401


async def test_a_batch_is_refused(mianyang: Mianyang) -> None:
    status, answer = await mianyang.post([{"query": "{ __typename }"}])
    assert (status, answer["errors"][0]["extensions"]["code"]) == (400, "NO_BATCHING")


async def test_bills_are_paged_and_three_companies_send_them(mianyang: Mianyang) -> None:
    seen: list[str] = []
    for skip in range(0, 150, 50):
        page = (await mianyang.data(BILLS, u=mianyang.user("test-many@mianyang"), skip=skip, take=50))["bills"]
        seen += [bill["id"] for bill in page["rows"]]
    assert page["total"] == len(seen) == len(set(seen)) == 137
    own = (await mianyang.data(BILLS, u=mianyang.user("chen"), skip=0, take=50))["bills"]["rows"]
    assert {bill["type"] for bill in own} == {"水", "气", "电"}
    assert await mianyang.code(BILLS, u=mianyang.user("chen"), skip=-1, take=50) == "BAD_PAGE"


async def test_the_personas_owe_what_the_journeys_say(mianyang: Mianyang) -> None:
    gas = (await mianyang.data(BILLS, u=mianyang.user("mian"), skip=0, take=50))["bills"]["rows"]
    assert {bill["type"] for bill in gas} == {"气"}
    one = (await mianyang.data(BILLS, u=mianyang.user("test-1234@mianyang"), skip=0, take=50))["bills"]["rows"]
    assert [(bill["amountFen"], bill["due"]) for bill in one] == [(1234, "2026-12-31")]
    assert (await mianyang.data(FUND, u=mianyang.user("deng")))["gjj"][0]["zt"] == "正常"
    assert await mianyang.code(FUND, u=mianyang.user("mei")) == "UNBOUND"


async def test_notices_are_recent_whatever_the_day(mianyang: Mianyang, clock: Clock) -> None:
    rows = (await mianyang.data(NOTICES, skip=0, take=50))["notices"]["rows"]
    assert {row["cat"] for row in rows} == {"停水", "停气", "停电", "公交"}
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    age_days = (clock().astimezone(SHANGHAI).timestamp() - rows[0]["at"] / 1000) / 86400
    assert 0 <= age_days < 3


async def test_bind_then_ask_and_open_once_per_number(mianyang: Mianyang) -> None:
    user = mianyang.user("test-nobody@mianyang")
    assert await mianyang.code(FUND, u=user) == "UNBOUND"
    assert await mianyang.code(OPEN, u=user, item="A", link="https://x", key="k") == "UNBOUND"
    bound = await mianyang.data(BIND, u=user, key="k")
    assert bound["bind"]["zt"] == "已绑定"
    assert await mianyang.data(BIND, u=user, key="k") == bound
    ask = {"u": user, "item": "MI-0004", "link": "https://m.imianyang.example.gov.cn/s/4", "key": "k"}
    first = await mianyang.data(OPEN, **ask)
    assert await mianyang.data(OPEN, **ask) == first
    assert await mianyang.code(OPEN, **{**ask, "item": "MI-0005"}) == "KEY_REUSED"
    async with mianyang.session.get(first["open"]["url"]) as response:
        assert response.status == 200
