"""A stand-in for the gateway and its identity provider, for work on the page itself: the page's every path, the real
protocols (code + PKCE, graphql-transport-ws), the graph with five cities' bills behind it. The page's proof is
`test_graphiql.py`, against the real stack; this one answers in milliseconds and can be told to misbehave.

Run it by hand: `python -m tests.web.stub` prints both addresses and serves until interrupted.
"""

import base64
import hashlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from graphql import build_schema, graphql_sync
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

WEB = Path(__file__).parents[2] / "web"
CITIES = (
    ("510100", "chengdu", "成都市", "Chengdu"),
    ("510600", "deyang", "德阳市", "Deyang"),
    ("511400", "meishan", "眉山市", "Meishan"),
    ("512000", "ziyang", "资阳市", "Ziyang"),
    ("510700", "mianyang", "绵阳市", "Mianyang"),
)
_TESTS = (("test-zhang", "张测试"), ("test-many", "多行者"))
PERSONAS = (
    ("chen", "陈**", "510100"),
    ("deng", "邓**", "510600"),
    ("mei", "梅**", "511400"),
    *((f"{key}@{slug}", label, code) for code, slug, _, _ in CITIES for key, label in _TESTS),
)
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; "
    "worker-src 'self'; connect-src 'self' {issuer} {socket}; frame-src 'self' {issuer}; base-uri 'none'; frame-ancestors 'self'"
)

PLAN = """QueryPlan {
  Sequence {
    Fetch(service: "gateway") {
      {
        me { bills(kinds: $kinds, states: $states, dueBefore: $dueBefore) { edges { cursor node { __typename id kind } } } }
      }
    }
    Parallel {
      Flatten(path: "me.bills.edges.@.node") {
        Fetch(service: "deyang") {
          { ... on Bill { __typename id } } => { ... on Bill { payee launch(service: "WATER-PAY") } }
        }
      }
      Flatten(path: "me.bills.edges.@.node") {
        Fetch(service: "gateway") {
          { ... on Bill { __typename id } } => { ... on Bill { state } }
        }
      }
    }
  }
}"""


@dataclass
class Behaviour:
    """What the stub is told to get wrong, and what it saw."""

    failing: tuple[str, ...] = ()  # slugs whose coverage is FAILED
    denied: str | None = None  # a persona that the provider refuses
    forged_state: bool = False
    shows_plans: bool = True
    authorization: list[str | None] = field(default_factory=list)
    extensions: list[dict[str, Any] | None] = field(default_factory=list)  # of each body over HTTP
    socket_payloads: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Stack:
    gateway_url: str
    issuer_url: str
    behaviour: Behaviour


def _city(code: str) -> dict[str, Any]:
    row = next(row for row in CITIES if row[0] == code)
    names = {"ZH": row[2], "EN": row[3], None: row[2]}
    return {
        "code": row[0],
        "slug": row[1],
        "name": lambda _info, lang=None: names[lang],
        "availability": "UP",
        "status": "LIVE",
    }


def _bills(failing: tuple[str, ...]) -> dict[str, Any]:
    money = {"amount": "38.60", "currency": "CNY"}
    whole = [row for row in CITIES if row[1] not in failing]
    at = "2026-11-21T09:00:00+08:00"
    nodes = [
        {
            "id": f"b-{row[1]}", "kind": "WATER", "state": "UNPAID", "payee": f"{row[2]}自来水公司", "accountNo": "****3821",
            "period": "2026-10", "dueOn": "2026-12-01", "amount": money, "source": {"city": _city(row[0]), "asOf": at, "fromCache": False},
        }
        for row in whole
    ]  # fmt: skip
    coverage = [
        {"city": _city(row[0]), "outcome": "OK", "count": 1, "asOf": at}
        if row in whole
        else {
            "city": _city(row[0]),
            "outcome": "FAILED",
            "code": "BACKEND_UNREACHABLE",
            "retryAfter": 30,
            "message": "连不上该城市",
        }
        for row in CITIES
    ]
    edges = [{"node": node, "cursor": node["id"]} for node in nodes]
    return {
        "edges": edges,
        "nodes": nodes,
        "pageInfo": {"hasNextPage": False},
        "coverage": coverage,
        "unpaidTotal": money,
    }


def _root(behaviour: Behaviour, authorization: str | None) -> dict[str, Any]:
    root: dict[str, Any] = {"cities": lambda _info, **_: [_city(row[0]) for row in CITIES], "me": None}
    if authorization and authorization.startswith("Bearer at."):
        persona = next(row for row in PERSONAS if row[0] == authorization.removeprefix("Bearer at."))
        root["me"] = {
            "displayName": persona[1],
            "assurance": "REAL_PERSON",
            "homeCity": _city(persona[2]),
            "bills": lambda _info, **_: _bills(behaviour.failing),
        }
    return root


def gateway(issuer: str, behaviour: Behaviour) -> Starlette:
    """The gateway's pages and a small graph, with the headers that web/README.md asks for."""
    schema = build_schema((WEB.parent / "schema/schema.graphql").read_text("utf-8"))

    async def page(request: Request) -> Response:
        if request.method == "POST":
            return await answer(request)
        policy = CSP.format(issuer=issuer, socket=f"ws://{request.url.netloc}")
        return FileResponse(WEB / "dist/index.html", headers={"content-security-policy": policy})

    async def answer(request: Request) -> Response:
        body = await request.json()
        authorization = request.headers.get("authorization")
        behaviour.authorization.append(authorization)
        behaviour.extensions.append(body.get("extensions"))
        root = _root(behaviour, authorization)
        result = graphql_sync(
            schema, body["query"], root, variable_values=body.get("variables"), operation_name=body.get("operationName")
        )
        planned = behaviour.shows_plans and (body.get("extensions") or {}).get("queryPlan") is True
        return JSONResponse(result.formatted | ({"extensions": {"queryPlan": PLAN}} if planned else {}))

    async def socket_(websocket: WebSocket) -> None:
        await websocket.accept(subprotocol="graphql-transport-ws")
        behaviour.socket_payloads.append((await websocket.receive_json()).get("payload") or {})
        await websocket.send_json({"type": "connection_ack"})
        message = await websocket.receive_json()
        for availability in ("DEGRADED", "UP"):
            data = {"channelAvailability": {"slug": "deyang", "availability": availability, "status": "LIVE"}}
            await websocket.send_json({"id": message["id"], "type": "next", "payload": {"data": data}})
        await websocket.send_json({"id": message["id"], "type": "complete"})

    return Starlette(
        routes=[
            Route("/graphql", page, methods=["GET", "POST"]),
            WebSocketRoute("/graphql", socket_),
            Route("/graphiql/callback", lambda _: FileResponse(WEB / "dist/callback.html")),
            Route(
                "/graphiql/config.json",
                lambda _: JSONResponse({"issuer": issuer, "clientId": "roam-graphiql", "graphql": "/graphql"}),
            ),
            Route("/graphiql/operations.json", lambda _: JSONResponse(saved_operations())),
            Mount("/graphiql/assets", StaticFiles(directory=WEB / "dist/assets")),
        ]
    )


def saved_operations() -> list[dict[str, Any]]:
    """web/operations as the page asks for it: name, query and the side file's fields, ordered by name."""
    return [
        {
            "name": path.stem,
            "query": path.read_text("utf-8"),
            **json.loads(path.with_suffix(".json").read_text("utf-8")),
        }
        for path in sorted((WEB / "operations").glob("*.graphql"))
    ]


def provider(issuer: str, behaviour: Behaviour) -> Starlette:
    """Discovery, personas, authorize and token, with PKCE checked; tokens are opaque text."""
    codes: dict[str, tuple[str, str, str]] = {}

    async def discovery(_: Request) -> Response:
        return JSONResponse(
            {"issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token"}
        )

    async def personas(_: Request) -> Response:
        return JSONResponse([{"key": key, "label": label, "homeCity": code} for key, label, code in PERSONAS])

    async def authorize(request: Request) -> Response:
        asked = request.query_params
        back = {"state": "forged" if behaviour.forged_state else asked["state"]}
        key = asked.get("login_hint")
        if key is None:
            links = "".join(
                f'<p><a href="?{urlencode([*asked.items(), ("login_hint", row[0])])}">{row[1]}</a></p>'
                for row in PERSONAS
            )
            return HTMLResponse(links)
        if key == behaviour.denied:
            back |= {"error": "login_required", "error_description": "no such persona"}
        else:
            back["code"] = secrets.token_urlsafe()
            codes[back["code"]] = (key, asked["code_challenge"], asked["nonce"])
        return RedirectResponse(asked["redirect_uri"] + "?" + urlencode(back), 302)

    async def token(request: Request) -> Response:
        form = await request.form()
        key, challenge, nonce = codes.pop(str(form["code"]))
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        claims = {"iss": issuer, "aud": "roam-graphiql", "nonce": nonce, "sub": key, "exp": int(time.time()) + 3600}
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        return JSONResponse(
            {"access_token": f"at.{key}", "token_type": "Bearer", "expires_in": 3600, "id_token": f"e30.{body}.x"}
        )

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", discovery),
            Route("/personas", personas),
            Route("/authorize", authorize),
            Route("/token", token, methods=["POST"]),
        ],
        middleware=[
            Middleware(
                CORSMiddleware, allow_origin_regex=r"http://(127\.0\.0\.1|localhost)(:\d+)?", allow_headers=["*"]
            )
        ],
    )


@contextmanager
def _served(app: Starlette, listener: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="websockets-sansio"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _listener(port: int = 0) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


@contextmanager
def stub_stack() -> Iterator[Stack]:
    """Both servers on free loopback ports, until the context ends."""
    gate, door = _listener(), _listener()
    gateway_url, issuer_url = (f"http://127.0.0.1:{one.getsockname()[1]}" for one in (gate, door))
    behaviour = Behaviour()
    with _served(gateway(issuer_url, behaviour), gate), _served(provider(issuer_url, behaviour), door):
        yield Stack(gateway_url, issuer_url, behaviour)


if __name__ == "__main__":
    with stub_stack() as stack:
        print(stack.gateway_url + "/graphql", stack.issuer_url)  # noqa: T201 a script's answer
        threading.Event().wait()
