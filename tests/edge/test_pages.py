"""The page, its files and the probes: nothing from elsewhere, nothing from outside the folder."""

from pathlib import Path

import aiohttp
import pytest
from starlette.applications import Starlette

from edge import Site
from edge.routes import routes
from tests.edge.conftest import Serve, serving
from tests.edge.town import Gateway

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "secret.txt").write_text("not for you")
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (assets / "index-1a2b3c.js").write_text("export {}")
    (assets / "codicon-1.ttf").write_bytes(b"\0\1")
    (tmp_path / "dist" / "index.html").write_text("<title>GraphiQL</title>")
    (tmp_path / "dist" / "callback.html").write_text("<title>Callback</title>")
    operations = tmp_path / "operations"
    operations.mkdir()
    (operations / "02-b.graphql").write_text("{ b }")
    (operations / "01-a.graphql").write_text("{ a }")
    (operations / "01-a.json").write_text('{"title": {"zh": "甲"}, "variables": {"x": 1}}')
    return Site(dist=tmp_path / "dist", operations=operations, issuer="http://127.0.0.1:8100")


async def test_a_browser_gets_the_page(serve: Serve, client: aiohttp.ClientSession, site: Site) -> None:
    base = await serve(site=site)
    async with client.get(f"{base}/graphql", headers=BROWSER) as response:
        assert (response.status, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert await response.text() == "<title>GraphiQL</title>"
        policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self' http://127.0.0.1:8100;" in policy
    async with client.get(f"{base}/graphiql/callback?code=1&state=2") as response:
        assert await response.text() == "<title>Callback</title>"


async def test_hashed_files_are_kept_for_ever_with_their_right_types(
    serve: Serve, client: aiohttp.ClientSession, site: Site
) -> None:
    base = await serve(site=site)
    for name, kind in (("index-1a2b3c.js", "text/javascript; charset=utf-8"), ("codicon-1.ttf", "font/ttf")):
        async with client.get(f"{base}/graphiql/assets/{name}") as response:
            assert (response.status, response.headers["content-type"]) == (200, kind)
            assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
            etag = response.headers["etag"]
        async with client.get(f"{base}/graphiql/assets/{name}", headers={"if-none-match": etag}) as response:
            assert response.status == 304


@pytest.mark.parametrize("path", ["../secret.txt", "%2e%2e/secret.txt", "assets/..%2f..%2fsecret.txt", "none.js", ""])
async def test_nothing_outside_of_the_folder_is_served(
    serve: Serve, client: aiohttp.ClientSession, site: Site, path: str
) -> None:
    base = await serve(site=site)
    from yarl import URL

    async with client.get(URL(f"{base}/graphiql/{path}", encoded=True)) as response:
        assert response.status == 404


async def test_saved_operations_and_configuration(serve: Serve, client: aiohttp.ClientSession, site: Site) -> None:
    base = await serve(site=site)
    async with client.get(f"{base}/graphiql/operations.json") as response:
        assert await response.json() == [
            {"title": {"zh": "甲"}, "variables": {"x": 1}, "name": "01-a", "query": "{ a }"},
            {"name": "02-b", "query": "{ b }"},
        ]
    async with client.get(f"{base}/graphiql/config.json") as response:
        assert await response.json() == {"graphql": "/graphql", "issuer": "http://127.0.0.1:8100"}


async def test_a_page_that_is_not_built_says_how_to_build_it(
    serve: Serve, client: aiohttp.ClientSession, tmp_path: Path
) -> None:
    base = await serve(site=Site(dist=tmp_path / "none", operations=tmp_path / "none"))
    async with client.get(f"{base}/graphql", headers=BROWSER) as response:
        assert response.status == 503
        assert "npm run build" in await response.text()
    async with client.get(f"{base}/graphiql/assets/x.js") as response:
        assert response.status == 404
    async with client.get(f"{base}/graphiql/operations.json") as response:
        assert await response.json() == []


async def test_the_page_can_be_switched_off(serve: Serve, client: aiohttp.ClientSession, site: Site) -> None:
    base = await serve(site=Site(dist=site.dist, enabled=False))
    async with client.get(f"{base}/graphql", headers={"accept": "text/html"}) as response:
        assert response.status == 406
    async with client.get(f"{base}/graphiql/callback") as response:
        assert response.status == 404


async def test_probes(serve: Serve, client: aiohttp.ClientSession, gateway: Gateway) -> None:
    base = await serve()
    async with client.get(f"{base}/healthz") as response:
        assert (response.status, await response.json()) == (200, {"status": "alive"})
    async with client.get(f"{base}/readyz") as response:
        assert (response.status, await response.json()) == (
            200,
            {
                "status": "ready",
                "config": "cfg-1",
                "schema": "s-1",
                "cities": [{"slug": "east", "code": "000001", "status": "LIVE", "availability": "UP", "loaded": True}],
            },
        )
    gateway.ready = False
    async with client.get(f"{base}/readyz") as response:
        assert response.status == 503
    async with client.post(f"{base}/healthz") as response:
        assert response.status == 405


async def test_a_subgraph_has_the_same_transports_and_no_page(client: aiohttp.ClientSession, site: Site) -> None:
    """A router is no browser; what a browser gets there is the graph's own answer."""
    gateway, subgraph = Gateway(), Gateway()
    async with serving(Starlette(routes=routes(gateway, site, subgraph))) as base:
        async with client.post(f"{base}/subgraph", json={"query": "{ add(a: 1) }"}) as response:
            assert (await response.json())["data"] == {"add": 2}
        async with client.get(f"{base}/subgraph", headers=BROWSER, params={"query": "{ add(a: 2) }"}) as response:
            assert (await response.json())["data"] == {"add": 3}
        async with client.ws_connect(f"{base}/subgraph", protocols=("graphql-transport-ws",)) as socket:
            await socket.send_json({"type": "connection_init"})
            assert (await socket.receive_json())["type"] == "connection_ack"
    assert gateway.seen == []
    assert len(subgraph.seen) == 3


async def test_without_a_subgraph_there_is_no_such_address(serve: Serve, client: aiohttp.ClientSession) -> None:
    async with client.post(f"{await serve()}/subgraph", json={"query": "{ add(a: 1) }"}) as response:
        assert response.status == 404
