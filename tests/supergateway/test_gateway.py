"""`roam gateway` as its clients and its subgraphs see it: real servers on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from supergateway import application
from supergateway.gateway import Settings
from supergateway.sources import Source, SourceError, check_addresses, load_subgraphs, load_supergraph
from tests.edge.conftest import serving
from tests.federation.gateway import read
from tests.federation.recorded import CASES, RecordedSubgraph

SUITE = CASES / "suites" / "simple-requires-provides"
QUERY = "{ products { name inStock } }"
PRODUCTS = [{"name": "p-name-1", "inStock": True}, {"name": "p-name-2", "inStock": False}]


@asynccontextmanager
async def subgraphs(**instead: Any) -> AsyncIterator[str]:
    """The suite's subgraphs on one port; `instead` replaces one's handler."""
    data = read(SUITE / "data.json")["subgraphs"]
    app = web.Application()
    for path in sorted((SUITE / "subgraphs").iterdir()):
        recorded = RecordedSubgraph(path.read_text("utf-8"), data[path.stem])

        async def answer(request: web.Request, recorded: RecordedSubgraph = recorded) -> web.Response:
            asked = await request.json()
            return web.json_response(recorded.run(asked["query"], asked["variables"]))

        app.router.add_post(f"/{path.stem}", instead.get(path.stem, answer))
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def gateway(tmp_path: Path, forward: tuple[str, ...] = (), **instead: Any) -> AsyncIterator[str]:
    async with subgraphs(**instead) as base:
        listed = [
            {"name": path.stem, "url": f"{base}/{path.stem}", "sdl": path.read_text("utf-8")}
            for path in sorted((SUITE / "subgraphs").iterdir())
        ]
        file = tmp_path / "subgraphs.json"
        file.write_text(json.dumps(listed), "utf-8")
        async with serving(application(load_subgraphs(file), Settings(timeout_seconds=5, forward=forward))) as url:
            yield url


async def post(url: str, body: Any, **more: Any) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body, **more) as response:
        return response.status, await response.json(content_type=None)


@pytest.mark.parametrize("path", ["/graphql", "/"])
async def test_subgraphs_alone_make_a_gateway(tmp_path: Path, path: str) -> None:
    """Composed, planned and answered with nothing but a list of SDLs and addresses."""
    async with gateway(tmp_path) as url:
        assert await post(url + path, {"query": QUERY}) == (200, {"data": {"products": PRODUCTS}})


async def test_a_query_may_be_sent_by_get_and_a_mutation_may_not(tmp_path: Path) -> None:
    """GraphQL over HTTP §6.1: a GET changes nothing."""
    async with gateway(tmp_path) as url, aiohttp.ClientSession() as session:
        async with session.get(f"{url}/graphql", params={"query": QUERY}) as response:
            assert (await response.json())["data"] == {"products": PRODUCTS}
        async with session.get(f"{url}/graphql", params={"query": "mutation { a }"}) as response:
            assert response.status != 500
            assert (await response.json())["errors"]


async def test_health_is_told(tmp_path: Path) -> None:
    """What a process manager asks."""
    async with gateway(tmp_path) as url, aiohttp.ClientSession() as session, session.get(f"{url}/health") as response:
        assert response.status == 200


BAD = [
    ({"query": "{ nope }"}, "GRAPHQL_VALIDATION_FAILED"),
    ({"query": "{ products"}, "GRAPHQL_PARSE_FAILED"),
    ({"query": "{" + " ".join(f"a{n}: me {{ reviews {{ id }} }}" for n in range(600)) + "}"}, "QUERY_REJECTED"),
    ({"query": "query ($a: Int!) { me { id @include(if: true) } }"}, "GRAPHQL_VALIDATION_FAILED"),
    ({"query": "query ($a: Boolean!) { me { id @include(if: $a) } }", "variables": {"a": "x"}}, "INVALID_INPUT"),
    ({"query": "query A { me { id } } query B { me { id } }"}, "OPERATION_RESOLUTION_FAILURE"),
    ([], "INVALID_INPUT"),
]


@pytest.mark.parametrize(("body", "code"), BAD)
async def test_a_bad_request_is_a_coded_error_without_data(tmp_path: Path, body: Any, code: str) -> None:
    """No subgraph is asked, and the client learns what is wrong."""
    async with gateway(tmp_path) as url:
        _, answer = await post(f"{url}/graphql", body)
        assert {each["extensions"]["code"] for each in answer["errors"]} == {code}
        assert "data" not in answer


async def test_an_upstream_error_page_costs_its_part(tmp_path: Path) -> None:
    """A proxy's 502 in front of one subgraph is no reason to lose the others."""

    async def broken(request: web.Request) -> web.Response:
        return web.Response(status=502, text="<html>secret</html>")

    async with gateway(tmp_path, inventory=broken) as url:
        status, answer = await post(f"{url}/graphql", {"query": QUERY})
    assert status == 200
    assert answer["data"] == {"products": [{**each, "inStock": None} for each in PRODUCTS]}
    assert answer["errors"][0]["extensions"] == {"code": "SUBGRAPH_UNREACHABLE", "subgraph": "inventory"}
    assert "secret" not in json.dumps(answer)


@pytest.mark.parametrize("forward", [(), ("x-tenant", "content-type")])
async def test_a_header_reaches_subgraphs_only_when_named(tmp_path: Path, forward: tuple[str, ...]) -> None:
    """A token meant for us is not for everyone behind us."""
    seen: list[tuple[str | None, str | None]] = []

    async def noting(request: web.Request) -> web.Response:
        seen.append((request.headers.get("X-Tenant"), request.headers.get("Content-Type")))
        return web.json_response({"data": {"products": []}})

    async with gateway(tmp_path, forward, products=noting) as url:
        await post(f"{url}/graphql", {"query": "{ products { name } }"}, headers={"X-Tenant": "t"})
    assert seen == [("t" if forward else None, "application/json")]


async def test_a_silent_subgraph_is_given_up(tmp_path: Path) -> None:
    """The request ends by its deadline with what there is."""
    release = asyncio.Event()

    async def silent(request: web.Request) -> web.Response:
        await release.wait()
        return web.Response()

    async with subgraphs(inventory=silent) as base:
        text = (SUITE / "supergraph.graphql").read_text("utf-8")
        file = tmp_path / "supergraph.graphql"
        file.write_text(text.replace("http://127.0.0.1:4200/simple-requires-provides", base), "utf-8")
        async with serving(application(load_supergraph(file), Settings(timeout_seconds=0.2))) as url:
            _, answer = await post(f"{url}/graphql", {"query": QUERY})
        release.set()
    assert answer["errors"][0]["extensions"]["code"] == "SUBGRAPH_TIMEOUT"
    assert [each["name"] for each in answer["data"]["products"]] == ["p-name-1", "p-name-2"]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"name": "a"}]', '[{"name": "a", "sdl": "type Query {"}]'])
def test_a_list_of_subgraphs_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """With a sentence for the person at the terminal."""
    file = tmp_path / "subgraphs.json"
    file.write_text(text, "utf-8")
    with pytest.raises(SourceError):
        load_subgraphs(file)


@pytest.mark.parametrize(
    "url", ["", "ftp://a", "http://", "http://a:99999", "http://a:x", "http://[::1", "http://:80/"]
)
def test_an_address_that_cannot_be_asked_is_refused_at_the_start(tmp_path: Path, url: str) -> None:
    """Not by the first request."""
    graph = load_supergraph(SUITE / "supergraph.graphql").graph
    with pytest.raises(SourceError, match="no address"):
        check_addresses(Source(graph, {"a": url}))
