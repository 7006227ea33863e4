"""A stand-in for the gateway and its identity provider, for work on the page itself: the page's every path, the real
protocols (sign-in by redirect and cookie, graphql-transport-ws), the graph with five cities' bills behind it. The page's proof is
`test_graphiql.py`, against the real stack; this one answers in milliseconds and can be told to misbehave.

Run it by hand: `python -m tests.web.stub` prints both addresses and serves until interrupted.
"""

import json
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from graphql import build_schema, graphql_sync
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection, Request
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
    citizens: list[str | None] = field(default_factory=list)  # whom each request over HTTP came from
    sessions: dict[str, str] = field(default_factory=dict)  # persona by session id; the word for requests is "csrf-ID"
    started: dict[str, str] = field(default_factory=dict)  # return path by state
    extensions: list[dict[str, Any] | None] = field(default_factory=list)  # of each body over HTTP
    sockets: list[str | None] = field(default_factory=list)  # whose cookie each socket came with

    def persona(self, connection: HTTPConnection) -> str | None:
        """Whose session the cookie of a request is."""
        return self.sessions.get(connection.cookies.get("roam-session", ""))


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


def _root(behaviour: Behaviour, citizen: str | None) -> dict[str, Any]:
    root: dict[str, Any] = {"cities": lambda _info, **_: [_city(row[0]) for row in CITIES], "me": None}
    if citizen:
        persona = next(row for row in PERSONAS if row[0] == citizen)
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
        citizen = behaviour.persona(request)
        if citizen and request.headers.get("x-roam-csrf") != f"csrf-{request.cookies['roam-session']}":
            return JSONResponse({"errors": [{"message": "csrf", "extensions": {"code": "FORBIDDEN"}}]}, 403)
        behaviour.citizens.append(citizen)
        behaviour.extensions.append(body.get("extensions"))
        root = _root(behaviour, citizen)
        result = graphql_sync(
            schema, body["query"], root, variable_values=body.get("variables"), operation_name=body.get("operationName")
        )
        planned = behaviour.shows_plans and (body.get("extensions") or {}).get("queryPlan") is True
        return JSONResponse(result.formatted | ({"extensions": {"queryPlan": PLAN}} if planned else {}))

    async def socket_(websocket: WebSocket) -> None:
        await websocket.accept(subprotocol="graphql-transport-ws")
        await websocket.receive_json()
        behaviour.sockets.append(behaviour.persona(websocket))
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
            *_sign_in_routes(issuer, behaviour),
            Route("/graphiql/callback", lambda _: FileResponse(WEB / "dist/callback.html")),
            Route(
                "/graphiql/config.json",
                lambda _: JSONResponse({"issuer": issuer, "graphql": "/graphql"}),
            ),
            Route("/graphiql/operations.json", lambda _: JSONResponse(saved_operations())),
            Mount("/graphiql/assets", StaticFiles(directory=WEB / "dist/assets")),
        ]
    )


def _sign_in_routes(issuer: str, behaviour: Behaviour) -> list[Route]:
    """`/auth/…` as the gateway serves it, with the provider's codes taken at their word."""

    async def login(request: Request) -> Response:
        state = secrets.token_urlsafe()
        behaviour.started[state] = request.query_params["return"]
        passed = {name: text for name, text in request.query_params.items() if name in ("login_hint", "prompt")}
        back = str(request.url.replace(path="/auth/callback", query=""))
        asked = {"state": state, "redirect_uri": back, **passed}
        return RedirectResponse(f"{issuer}/authorize?{urlencode(asked)}", 303)

    async def callback(request: Request) -> Response:
        answer = request.query_params
        failed = {"signin": "failed", "reason": "STATE_MISMATCH"}
        to = behaviour.started.pop(answer["state"], None)
        if to is None:
            return RedirectResponse(f"/graphiql/callback?{urlencode(failed)}", 303)
        if "error" in answer:
            told = failed | {"reason": "PROVIDER_REFUSED", "detail": answer["error_description"]}
            return RedirectResponse(f"{to}?{urlencode(told)}", 303)
        name = secrets.token_urlsafe()
        behaviour.sessions[name] = answer["code"]
        response = RedirectResponse(to, 303)
        response.set_cookie("roam-session", name, httponly=True, samesite="lax")
        return response

    async def session(request: Request) -> Response:
        if behaviour.persona(request) is None:
            return JSONResponse({"signedIn": False})
        ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        word = f"csrf-{request.cookies['roam-session']}"
        return JSONResponse({"signedIn": True, "csrf": word, "expiresAt": ends})

    async def logout(request: Request) -> Response:
        if request.headers.get("x-roam-csrf") != f"csrf-{request.cookies.get('roam-session')}":
            return JSONResponse({}, 403)
        behaviour.sessions.pop(request.cookies["roam-session"], None)
        return Response(status_code=204)

    return [
        Route("/auth/login", login),
        Route("/auth/callback", callback),
        Route("/auth/session", session),
        Route("/auth/logout", logout, methods=["POST"]),
    ]


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
    """Its list of personas, and its page; a code is the persona's own key."""

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
            back["code"] = key
        return RedirectResponse(asked["redirect_uri"] + "?" + urlencode(back), 302)

    return Starlette(
        routes=[
            Route("/personas", personas),
            Route("/authorize", authorize),
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
