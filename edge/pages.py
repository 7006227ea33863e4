"""GraphiQL, from files built beforehand (`web/dist`): nothing is fetched from elsewhere, and Node is not needed to serve.

`/graphql` in a browser is the page; `/graphiql/…` its files, the page a sign-in ends on, the saved operations and the
configuration. The content security policy allows this origin, and the identity provider for signing in.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from .coding import encode
from .headers import headers_of, request_id_of
from .responses import raw_headers, send_body

WEB = Path(__file__).resolve().parent.parent / "web"
# The registry of the machine may lack these; a module script with a wrong type is not run.
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}
_FOREVER = "public, max-age=31536000, immutable"  # names under assets/ carry a content hash
_ASK_AGAIN = "no-cache"
_NOT_BUILT = b"""<!doctype html><html lang="zh"><meta charset="utf-8"><title>CityRoam</title>
<h1>GraphiQL is not built</h1>
<p>Build it once with Node: <code>cd web &amp;&amp; npm ci &amp;&amp; npm run build</code>, then reload this page.</p>
<p>The graph itself answers here: POST <code>{"query": "{ __typename }"}</code> as application/json.</p></html>
"""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the page's files are, and what the page has to know."""

    dist: Path = WEB / "dist"
    operations: Path = WEB / "operations"
    issuer: str | None = None
    """Origin of the identity provider whose personas the picker lists."""
    faults: str | None = None
    """Where the sandbox cities' fault switches are, if anywhere."""
    enabled: bool = True
    """False: no page at all, for deployments that show their graph to front-ends only."""


class Pages:
    """Everything a browser is shown."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._files = _Files(directory=site.dist, check_dir=False)
        self._policy = content_security_policy(site.issuer)

    @property
    def enabled(self) -> bool:
        return self._site.enabled

    async def graphiql(self, send: Send, request_id: str) -> None:
        await self._page("index.html", send, request_id)

    async def callback(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._page("callback.html", send, request_id_of(headers_of(scope)))

    async def files(self, scope: Scope, receive: Receive, send: Send) -> None:
        """`/graphiql/{path}`, by Starlette's static files: ranges, entity tags, no way out of the folder."""
        if not self._site.dist.is_dir():
            await Response("Not found", 404)(scope, receive, send)
            return
        await self._files(scope, receive, send)

    async def operations(self, scope: Scope, receive: Receive, send: Send) -> None:
        """[{name, query, title, persona, variables, …}] in the order of the file names."""
        await self._json(scope, send, saved_operations(self._site.operations))

    async def config(self, scope: Scope, receive: Receive, send: Send) -> None:
        """{graphql, issuer, faults?}: `graphql` and `faults` are relative to the page."""
        switches = {"faults": self._site.faults} if self._site.faults else {}
        await self._json(scope, send, {"graphql": "/graphql", "issuer": self._site.issuer, **switches})

    async def _page(self, name: str, send: Send, request_id: str) -> None:
        path = self._site.dist / name
        status, body = (200, path.read_bytes()) if path.is_file() else (503, _NOT_BUILT)
        more = (("cache-control", _ASK_AGAIN), ("vary", "accept"), ("content-security-policy", self._policy))
        headers = raw_headers("text/html; charset=utf-8", request_id, more)
        # The sign-in runs in a hidden frame of our own page, so the callback may be framed by us, and by nobody else.
        headers[headers.index((b"x-frame-options", b"DENY"))] = (b"x-frame-options", b"SAMEORIGIN")
        await send_body(send, status, headers, body)

    async def _json(self, scope: Scope, send: Send, value: Any) -> None:
        headers = raw_headers(_TYPES[".json"], request_id_of(headers_of(scope)), (("cache-control", _ASK_AGAIN),))
        await send_body(send, 200, headers, encode(value))


def content_security_policy(issuer: str | None) -> str:
    """This origin and the identity provider; inline styles only, which the editor needs."""
    provider = f" {issuer}" if issuer else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            f"connect-src 'self'{provider}",
            f"frame-src 'self'{provider}",
            "frame-ancestors 'self'",
            "base-uri 'none'",
            "form-action 'self'",
        )
    )


def saved_operations(folder: Path) -> list[dict[str, Any]]:
    """Each `NAME.graphql` of the folder, with what `NAME.json` beside it says; [] when there is no folder."""
    return [
        {**_beside(path.with_suffix(".json")), "name": path.stem, "query": path.read_text("utf-8")}
        for path in sorted(folder.glob("*.graphql"))
    ]


def _beside(path: Path) -> dict[str, Any]:
    described = orjson.loads(path.read_bytes()) if path.is_file() else {}
    return described if isinstance(described, dict) else {}


class _Files(StaticFiles):
    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        path = Path(full_path)
        response.headers["cache-control"] = _FOREVER if path.parent.name == "assets" else _ASK_AGAIN
        response.headers["x-content-type-options"] = "nosniff"
        if kind := _TYPES.get(path.suffix):
            response.headers["content-type"] = kind
        return response
