"""The yardstick: Starlette and aiohttp, the same backend calls, the same JSON, no GraphQL. `python -m bench.handwritten PLAN`.

Written as a good engineer would write three endpoints and nothing else. It decides no agreement, no limit and no error:
what the gateway knows of those comes as a table in PLAN. It does verify who asks (a table of tokens), sign its calls,
merge the rows, seal ids and cursors, and encode with orjson. `?keep` answers from rows kept for a minute, as the
channels' caches do.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.wires import CHINA, MANY_KINDS, PAGE, Citizen, Wires
from edge.server import server_config
from identity.seal import Sealer
from resolvers.ids import seal_id

Row = dict[str, Any]
KEEP_SECONDS = 60.0
DUE = {"UNPAID", "OVERDUE"}
SHOWN = ("kind", "state", "payee", "accountNo", "period", "dueOn", "amount")


class Handler:
    """Three endpoints over one session."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._plan = plan
        self._secrets: Mapping[str, str] = plan["secrets"]
        self._sealer = Sealer(self._secrets["GATEWAY_SEAL_KEY"].encode())
        self._kept: dict[tuple[str, str], tuple[float, str, list[Row]]] = {}
        self._wires: Wires | None = None

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Open the session."""
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
            kinds = self._plan["chengdu_kinds"]
            self._wires = Wires(session, self._plan["bases"], self._secrets.__getitem__, kinds)
            yield

    async def five_cities(self, request: Request) -> Response:
        """The five-city bills query: ten rows of the merged list, the total of what is unpaid, coverage."""
        who, before, keep = await self._asked(request)
        cities = self._plan["cities"]
        found = await asyncio.gather(*(self._rows(slug, who, keep) for slug in cities))
        merged: list[Row] = []
        as_of: dict[str, str] = {}
        for slug, (at, from_cache, rows) in zip(cities, found, strict=True):
            as_of[slug] = at
            merged += self._dressed(who, slug, at, from_cache, rows, before)
        chosen, more = self._cut(merged, 10)
        filters: Row = {"kinds": MANY_KINDS} | ({"dueBefore": before} if before else {})
        binding = bound_to(who["key"], "bills.list", {"cities": cities, **filters})
        edges = [{"cursor": self._cursor(binding, row), "node": self._node(row)} for row in chosen]
        unpaid = sum(_fen(row["amount"]["amount"]) for row in merged if row["state"] in DUE)
        data = {
            "edges": edges,
            "pageInfo": {"hasNextPage": more, "endCursor": edges[-1]["cursor"] if edges else None},
            "unpaidTotal": {"amount": f"{unpaid // 100}.{unpaid % 100:02d}", "currency": "CNY"},
            "coverage": [self._coverage(who, slug, chosen, as_of[slug]) for slug in cities],
        }
        return answer({"me": {"bills": data}})

    async def long_list(self, request: Request) -> Response:
        """A thousand rows of one city, which it sends in twenty pages."""
        who, before, keep = await self._asked(request)
        at, from_cache, rows = await self._rows("mianyang", who, keep)
        chosen, more = self._cut(self._dressed(who, "mianyang", at, from_cache, rows, before), 1_000)
        filters = {"dueBefore": before} if before else {}
        binding = bound_to(who["key"], "bills.list", {"cities": ["mianyang"], **filters})
        page = {"mianyang": (len(chosen) - 1) // PAGE * PAGE}
        end = self._cursor(binding, chosen[-1], page) if chosen else None
        nodes = [self._node(row) for row in chosen]
        return answer({"me": {"bills": {"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": end}}}})

    async def catalogue(self, request: Request) -> Response:
        """The first fifty services of Mianyang with their providers, from memory."""
        await request.body()
        listed: list[Row] = self._plan["catalogue"]["nodes"]
        nodes = [
            {
                **{name: service[name] for name in ("code", "name", "theme", "type")},
                "providers": [
                    {
                        name: provider[name]
                        for name in ("id", "department", "localName", "source", "status", "requiredAssurance")
                    }
                    for provider in service["providers"]
                ],
            }
            for service in listed[:50]
        ]
        page = {"hasNextPage": len(listed) > 50, "endCursor": self._plan["catalogue"]["cursor"]}
        return answer({"services": {"totalCount": len(listed), "nodes": nodes, "pageInfo": page}})

    async def _asked(self, request: Request) -> tuple[Row, str | None, bool]:
        """Who asks, `dueBefore`, and whether kept rows will do."""
        who: Row = self._plan["tokens"][request.headers["authorization"].removeprefix("Bearer ")]
        variables = orjson.loads(await request.body()).get("variables") or {}
        return who, variables.get("dueBefore"), "keep" in request.query_params

    async def _rows(self, slug: str, who: Row, keep: bool) -> tuple[str, bool, list[Row]]:
        """When the rows were read, whether they were kept, and the rows."""
        kept = self._kept.get((slug, who["key"])) if keep else None
        if kept is not None and kept[0] > time.monotonic():
            return kept[1], True, kept[2]
        assert self._wires is not None  # noqa: S101 - the lifespan opened it
        rows = await self._wires.by_city[slug](Citizen(who["pairwise"], who["id_number"]))
        at = datetime.now(UTC).astimezone(CHINA).isoformat(timespec="seconds")
        if keep:
            self._kept[slug, who["key"]] = (time.monotonic() + KEEP_SECONDS, at, rows)
        return at, False, rows

    def _dressed(
        self, who: Row, slug: str, at: str, from_cache: bool, rows: list[Row], before: str | None
    ) -> list[Row]:
        sources = {
            kind: {"city": {"slug": slug}, "asOf": at, "fromCache": from_cache, **told}
            for kind, told in who["told"][slug]["kinds"].items()
        }
        return [
            {**row, "city": slug, "source": sources[row["kind"]]}
            for row in rows
            if row["kind"] in sources and (before is None or row["dueOn"] < before)
        ]

    def _cut(self, rows: list[Row], first: int) -> tuple[list[Row], bool]:
        rows.sort(key=lambda row: (row["id"], row["city"]))
        rows.sort(key=lambda row: str(row["dueOn"]), reverse=True)
        return rows[:first], len(rows) > first

    def _node(self, row: Row) -> Row:
        node = {name: row[name] for name in SHOWN}
        return {"id": seal_id(self._sealer, "Bill", row["city"], row["id"]), **node, "source": row["source"]}

    def _cursor(self, binding: str, row: Row, pages: Mapping[str, int] | None = None) -> str:
        place = [(row["dueOn"], row["id"], row["city"]), self._plan["cities"], pages or {}, {}]
        return self._sealer.seal("cursor", binding, orjson.dumps(place))

    def _coverage(self, who: Row, slug: str, chosen: list[Row], at: str) -> Row:
        told = who["told"][slug]
        return {
            "city": {"slug": slug, "name": told["name"]},
            "outcome": "OK",
            "code": None,
            "message": None,
            "retryAfter": None,
            "count": sum(row["city"] == slug for row in chosen),
            "asOf": at,
            "agreementId": told["agreementId"],
        }


def answer(data: Row) -> Response:
    """The envelope that the graph's answers have."""
    body = {"data": data, "extensions": {"roam": {"config": "by hand", "schema": "by hand"}}}
    return Response(orjson.dumps(body), media_type="application/json; charset=utf-8")


def bound_to(citizen: str, question: str, arguments: Row) -> str:
    """What a cursor is bound to: whose list it is, and how it was asked."""
    return sha256(orjson.dumps([citizen, question, arguments], option=orjson.OPT_SORT_KEYS)).hexdigest()


def _fen(amount: str) -> int:
    return int(amount.replace(".", ""))


def create_app(plan: Mapping[str, Any]) -> Starlette:
    """The application; `/healthz` says that it serves."""
    handler = Handler(plan)
    routes = [
        Route("/five", handler.five_cities, methods=["POST"]),
        Route("/list", handler.long_list, methods=["POST"]),
        Route("/catalogue", handler.catalogue, methods=["POST"]),
        Route("/healthz", lambda _: Response()),
    ]
    return Starlette(routes=routes, lifespan=handler.lifespan)


if __name__ == "__main__":
    read = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    uvicorn.Server(server_config(create_app(read), "127.0.0.1", read["port"])).run()
