"""Walking a city: every row once, the end found, and what a city may not do."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from schema.codes import ErrorCode
from tests.channels.loopback import BILL, BILLS, Asked, City, always, connected, http, served, snapshot

ROWS = [{**BILL, "id": f"b{number:03}"} for number in range(137)]


def paged(page: dict[str, Any], query: dict[str, str]) -> Any:
    operation = {**BILLS, "request": {"method": "GET", "path": "/b", "query": query}, "page": page}
    return {"bills.list": operation}


def query_of(asked: Asked) -> dict[str, str]:
    return {key: value[0] for key, value in parse_qs(urlsplit(asked.target).query).items()}


async def by_number(city: City, asked: Asked, writer: Any) -> bytes:
    query = query_of(asked)
    size, number = int(query["size"]), int(query["page"])
    return http({"total": len(ROWS), "rows": ROWS[(number - 1) * size : number * size]})


async def by_offset(city: City, asked: Asked, writer: Any) -> bytes:
    query = query_of(asked)
    skip = int(query["skip"])
    return http({"total": len(ROWS), "rows": ROWS[skip : skip + int(query["size"])]})


async def by_cursor(city: City, asked: Asked, writer: Any) -> bytes:
    query = query_of(asked)
    size, skip = int(query["size"]), int(query.get("after", "c0").removeprefix("c"))
    rows = ROWS[skip : skip + size]
    after = f"c{skip + size}"
    more = skip + size < len(ROWS)
    return http({"rows": rows, "next": after if more else None, "info": {"endCursor": after, "hasNextPage": more}})


NUMBER, OFFSET = {"page": "${page.number}"}, {"skip": "${page.offset}"}
SIZE, CURSOR = {"size": "${page.size}"}, {"after": "${page.cursor}"}


@pytest.mark.parametrize("size", [10, 50, 137])
@pytest.mark.parametrize(
    ("page", "query", "respond"),
    [
        ({"style": "number", "total": "total"}, NUMBER, by_number),
        ({"style": "number"}, NUMBER, by_number),
        ({"style": "offset", "total": "total"}, OFFSET, by_offset),
        ({"style": "offset"}, OFFSET, by_offset),
        ({"style": "cursor", "next": "next"}, CURSOR, by_cursor),
        ({"style": "cursor", "next": "info.endCursor"}, CURSOR, by_cursor),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else "",
)
async def test_a_walk_gives_every_row_once(size: int, page: Any, query: Any, respond: Any) -> None:
    """137 rows at any size and style: the same ids, and an end."""
    held = paged({**page, "size": size}, query | SIZE)
    async with served(respond) as city, connected(snapshot(city.url, operations=held)) as call:
        found: list[str] = []
        position = None
        for _ in range(20):
            answer = await call(position=position)
            found += [row["id"] for row in answer.rows]
            position = answer.next
            if position is None:
                break
    assert found == [row["id"] for row in ROWS]


async def test_the_first_cursor_is_absent_from_the_query() -> None:
    async with (
        served(by_cursor) as city,
        connected(snapshot(city.url, operations=paged({"style": "cursor", "next": "next"}, CURSOR | SIZE))) as call,
    ):
        await call()
    assert city.asked[0].target == "/b?size=20"


@pytest.mark.parametrize(
    ("page", "answer"),
    [
        ({"style": "number", "size": 2}, {"rows": ROWS[:3]}),
        ({"style": "cursor", "next": "next"}, {"rows": ROWS[:1], "next": "same"}),
        ({"style": "cursor", "next": "next"}, {"rows": ROWS[:1], "next": {"a": 1}}),
        ({"style": "number", "total": "total"}, {"rows": ROWS[:1], "total": "many"}),
    ],
)
async def test_an_answer_is_held_against_what_was_asked(page: Any, answer: Any) -> None:
    """A page longer than asked, or a cursor that leads nowhere, is a broken contract rather than lost rows."""
    async with (
        served(always(http(answer))) as city,
        connected(snapshot(city.url, operations=paged(page, SIZE))) as call,
    ):
        position = "same" if page["style"] == "cursor" else None
        assert (await call(position=position)).code is ErrorCode.BACKEND_CONTRACT_BROKEN


async def test_a_position_of_another_kind_is_refused() -> None:
    async with (
        served(always(http({}))) as city,
        connected(snapshot(city.url, operations=paged({"style": "number"}, SIZE))) as call,
    ):
        for position in ("x", -1, True):
            assert (await call(position=position)).code is ErrorCode.INVALID_INPUT
    assert city.asked == []


async def test_a_total_that_promises_more_than_there_is_still_ends() -> None:
    """An empty page is the end, whatever `total` says."""
    held = paged({"style": "offset", "total": "total", "size": 5}, SIZE)
    async with (
        served(always(http({"rows": [], "total": 9}))) as city,
        connected(snapshot(city.url, operations=held)) as call,
    ):
        answer = await call()
    assert (answer.next, answer.total) == (None, 9)


STEP_MAP = {
    "id": "id",
    "caseNo": "id",
    "title": {"value": "路灯"},
    "state": {"value": "ACCEPTED"},
    "submittedAt": {"value": "2026-11-18T10:00:00+08:00"},
    "steps": {
        "each": "flow",
        "map": {"state": {"value": "ACCEPTED"}, "label": "n", "at": {"from": "t", "as": "datetime"}},
    },
}
BATCH = {
    "applications.get": {
        "backend": "api",
        "needs": ["pairwise_id"],
        "request": {"method": "POST", "path": "/batch", "json": {"keys": "${batch.keys}"}},
        "batch": {"by": "args.ids", "max": 2, "key": "id"},
        "response": {"items": "@", "map": STEP_MAP},
    }
}


async def test_a_batch_is_matched_by_key_and_not_by_order() -> None:
    """Shuffled, repeated and unasked rows: each key gets its own row, a missing one is absent."""

    async def respond(city: City, asked: Asked, writer: Any) -> bytes:
        known = [{"id": key} for key in reversed(asked.json["keys"]) if key != "gone"]
        return http([*known, {"id": "stranger"}, *known])

    async with served(respond) as city, connected(snapshot(city.url, operations=BATCH)) as call:
        page = await call("applications.get", args={"ids": ["A3", "gone", "A1", "A3", "A2"]})
        assert (await call("applications.get", args={"ids": []})).rows == ()
    assert [row["id"] for row in page.rows] == ["A3", "A1", "A2"]
    assert page.rows[0]["steps"] == []
    assert sorted(len(asked.json["keys"]) for asked in city.asked) == [2, 2]


async def test_a_failed_chunk_fails_the_batch() -> None:
    """A partial answer would look as if the other keys did not exist."""

    async def respond(city: City, asked: Asked, writer: Any) -> bytes:
        return http("", status=503) if "A3" in asked.json["keys"] else http([{"id": "A1"}])

    async with served(respond) as city, connected(snapshot(city.url, operations=BATCH)) as call:
        failed = await call("applications.get", args={"ids": ["A1", "A2", "A3"]})
    assert failed.code is ErrorCode.BACKEND_UNREACHABLE
