"""Meishan's REST, with real tokens."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from sandbox.personas import PERSONAS
from sandbox.serve import Site
from tests.sandbox.callers import Clock, Meishan, pairwise

Serve = Callable[[str], Awaitable[Site]]
PROBLEM = "https://api.ms.example.gov.cn/problems/"


def user(subject: str) -> str:
    return pairwise("511400", subject)


def applicant(key: str) -> dict[str, str]:
    persona = PERSONAS[key]
    return {"sub": user(persona.subject), "name": persona.name, "id_number": persona.id_number}


@pytest.fixture
async def meishan(serve: Serve, session: aiohttp.ClientSession, clock: Clock) -> Meishan:
    caller = Meishan(session, (await serve("meishan")).base_url, clock)
    await caller.authorize()
    return caller


async def test_tokens_are_issued_expire_and_carry_scopes(meishan: Meishan, clock: Clock) -> None:
    path = f"/v1/citizens/{user('mei')}/bills"
    assert (await meishan.authorize(secret="wrong"))["error"] == "invalid_client"
    assert (await meishan.call("GET", path))[0] == 401
    assert (await meishan.authorize(scope="root"))["error"] == "invalid_scope"
    assert (await meishan.authorize(scope="roam.read"))["expires_in"] == 600
    assert (await meishan.call("GET", path))[0] == 200
    assert (await meishan.call("PUT", f"/v1/citizens/{user('mei')}/link", key="K"))[0] == 403
    clock.forward(600)
    status, problem = await meishan.call("GET", path)
    assert (status, problem["type"]) == (401, PROBLEM + "unauthorized")


async def test_137_bills_walk_the_same_at_two_sizes(meishan: Meishan) -> None:
    walks = []
    for size in ("10", "50"):
        rows: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            query = {"limit": size, "cursor": cursor}
            _, body = await meishan.call("GET", f"/v1/citizens/{user('test-many.511400')}/bills", params=query)
            rows += body["bills"]
            cursor = body["next_cursor"]
        walks.append([(row["due_on"], row["id"]) for row in rows])
    assert walks[0] == walks[1] == sorted(sorted(walks[0], key=lambda r: r[1]), key=lambda r: r[0], reverse=True)
    assert len(set(walks[0])) == 137


async def test_refusals_are_problems(meishan: Meishan) -> None:
    nobody = user("test-nobody.511400")
    status, problem = await meishan.call("GET", f"/v1/citizens/{nobody}/bills")
    assert (status, problem["type"]) == (404, PROBLEM + "not-bound")
    base = f"/v1/citizens/{user('mei')}/bills"
    for query in ({"limit": "-1"}, {"limit": "😀"}, {"cursor": "forged!"}, {"cursor": "x" * 3000}):
        assert (await meishan.call("GET", base, params=query))[0] == 422
    assert (await meishan.call("GET", "/v1/nothing"))[0] == 404
    assert (await meishan.call("GET", "/v1/marriage/offices/mars/slots"))[0] == 404
    assert (await meishan.call("GET", "/v1/marriage/offices/dongpo/slots?date=soon"))[0] == 422


async def test_insurance_carries_rare_characters(meishan: Meishan) -> None:
    _, body = await meishan.call("GET", f"/v1/citizens/{user('test-hanzi.511400')}/insurances")
    assert body["insurances"][0]["employer"]["name"] == "眉山㛃𠅤䶮机械有限公司"


async def test_a_booked_seat_is_gone_and_comes_back_when_cancelled(meishan: Meishan) -> None:
    _, found = await meishan.call("GET", "/v1/marriage/offices", params={"q": "东坡"})
    office = found["offices"][0]["id"]
    path = f"/v1/marriage/offices/{office}/slots?date=2026-11-25"
    slots = (await meishan.call("GET", path))[1]["slots"]
    slot = min(slots, key=lambda s: s["capacity_left"])
    ask = {"slot_id": slot["id"], "applicant": applicant("deng"), "note": ""}
    status, booked = await meishan.call("POST", "/v1/marriage/appointments", json=ask, key="B0")
    assert (status, booked["status"]) == (201, "booked")
    assert (await meishan.call("POST", "/v1/marriage/appointments", json=ask, key="B0"))[1] == booked
    for n in range(1, slot["capacity_left"]):
        await meishan.call("POST", "/v1/marriage/appointments", json=ask, key=f"B{n}")
    status, problem = await meishan.call("POST", "/v1/marriage/appointments", json=ask, key="BX")
    assert (status, problem["type"]) == (409, PROBLEM + "slot-gone")
    other = {**ask, "note": "改"}
    status, problem = await meishan.call("POST", "/v1/marriage/appointments", json=other, key="B0")
    assert (status, problem["type"]) == (409, PROBLEM + "key-reused")
    cancel = {"sub": user("deng"), "reason": "改期"}
    gone = f"/v1/marriage/appointments/{booked['id']}"
    assert (await meishan.call("DELETE", gone, params={**cancel, "sub": user("chen")}, key="C0"))[0] == 404
    status, cancelled = await meishan.call("DELETE", gone, params=cancel, key="C1")
    assert (status, cancelled["status"]) == (200, "cancelled")
    after = {s["id"]: s["capacity_left"] for s in (await meishan.call("GET", path))[1]["slots"]}
    assert after[slot["id"]] == 1
    _, mine = await meishan.call("GET", "/v1/marriage/appointments", params={"sub": user("deng")})
    assert {row["status"] for row in mine["appointments"]} >= {"cancelled"}


async def test_booking_checks_the_person_the_key_and_the_hour(meishan: Meishan) -> None:
    ask = {"slot_id": "dongpo-20261125-09", "applicant": {**applicant("deng"), "name": "别人"}}
    assert (await meishan.call("POST", "/v1/marriage/appointments", json=ask, key="K"))[0] == 422
    assert (await meishan.call("POST", "/v1/marriage/appointments", json=ask))[0] == 400
    ask["applicant"] = applicant("deng")
    for slot, status in (("dongpo-20261121-09", 409), ("dongpo-20261399-09", 404), ("mars-1", 404), (7, 404)):
        assert (await meishan.call("POST", "/v1/marriage/appointments", json={**ask, "slot_id": slot}, key="K"))[
            0
        ] == status
    unbound = {**ask, "applicant": applicant("mian")}
    assert (await meishan.call("POST", "/v1/marriage/appointments", json=unbound, key="K"))[1]["type"].endswith(
        "not-bound"
    )


async def test_linking_and_tickets(meishan: Meishan) -> None:
    who = user("test-nobody.511400")
    status, linked = await meishan.call("PUT", f"/v1/citizens/{who}/link", key="L1")
    assert (status, linked) == (200, {"status": "linked", "linked_at": "2026-11-21T10:00:00+08:00"})
    assert (await meishan.call("GET", f"/v1/citizens/{who}/bills"))[1] == {"bills": [], "next_cursor": None}
    ask = {"service": "RE-QUERY", "target": "https://m.ms.example.gov.cn/estate"}
    status, ticket = await meishan.call("POST", f"/v1/citizens/{who}/tickets", json=ask, key="T1")
    assert status == 201
    async with meishan.session.get(ticket["url"]) as response:
        assert "眉山市 Meishan" in await response.text()
