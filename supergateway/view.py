"""The gateway over HTTP: a raw ASGI app.  POST and GET on `/graphql` and `/`; `/health` says that the process lives.

Who accepts `text/event-stream` gets graphql-sse in distinct connections mode, which subscriptions need, or else a WebSocket; the
stream and the socket are the edge's.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from edge.accept import EVENTS, GRAPHQL, JSON, preferred
from edge.body import GraphQLRequest, parse_body, parse_query_string, read_body
from edge.coding import encode
from edge.errors import INVALID_INPUT, Refusal
from edge.execution import Answer as EdgeAnswer
from edge.headers import headers_of, request_id_of
from edge.responses import NOT_STORED, raw_headers, send_body
from edge.sse import stream
from federation.engine import Answer

from .gateway import LIMITS, Gateway, Settings
from .sources import Source
from .subgraph import HttpSubgraph
from .ws import Socket

GRAPHQL_PATHS = ("/graphql", "/")
_RESPONSES = (JSON, GRAPHQL, EVENTS)


class GraphQLView:
    """One request in, one response out."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        request_id = request_id_of(headers)
        media = preferred(headers.get("accept"), _RESPONSES) or JSON
        status, more = 200, [NOT_STORED]
        try:
            request = await _read(scope, receive, headers)
            if request is None:
                return
            answer = await self._found(scope["method"], request, headers)
            if media == EVENTS or not isinstance(answer, Answer):
                told = _told(answer) if isinstance(answer, Answer) else _each_told(answer)
                await stream(told, receive, send, request_id, LIMITS.keep_alive_seconds)
                return
            body = answer.body or encode(answer.formatted())
            if not answer.executed and media == GRAPHQL:
                status = 400
        except Refusal as refusal:
            status, body = refusal.status, encode({"errors": [refusal.error.formatted]})
            more.extend(refusal.headers)
        content_type = JSON if media == EVENTS else media
        await send_body(send, status, raw_headers(f"{content_type}; charset=utf-8", request_id, more), body)

    async def _found(
        self, method: str, request: GraphQLRequest, headers: Mapping[str, str]
    ) -> Answer | AsyncIterator[Answer]:
        read_only = method == "GET"
        # As at the edge: who accepts a stream at all, were it by `*/*`, can be sent a subscription.
        if preferred(headers.get("accept"), (EVENTS,)):
            return await self._gateway.answers(request, headers, read_only=read_only)
        return await self._gateway.answer(request, headers, read_only=read_only)


async def _each_told(answers: AsyncIterator[Answer]) -> AsyncIterator[EdgeAnswer]:
    async with aclosing(answers):  # type: ignore[type-var]
        async for answer in answers:
            yield _told(answer)


def _told(answer: Answer) -> EdgeAnswer:
    """The engine's answer in the words of the edge, whose streams it goes through."""
    errors = tuple(GraphQLError(**each.formatted()) for each in answer.errors)
    return EdgeAnswer(answer.formatted().get("data"), errors, {}, executed=answer.executed)


async def _read(scope: Scope, receive: Receive, headers: Mapping[str, str]) -> GraphQLRequest | None:
    match scope["method"]:
        case "GET":
            return parse_query_string(scope["query_string"], LIMITS)
        case "POST":
            if headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
                raise Refusal(INVALID_INPUT, f"The content type must be {JSON}.", status=415)
            raw = await read_body(receive, headers.get("content-length"), LIMITS)
            return None if raw is None else parse_body(raw, LIMITS)
    raise Refusal(INVALID_INPUT, "Use GET or POST.", status=405, headers=(("allow", "GET, POST"),))


async def _health(scope: Scope, receive: Receive, send: Send) -> None:
    headers = raw_headers("application/json", request_id_of(headers_of(scope)), (NOT_STORED,))
    await send_body(send, 200, headers, b'{"status":"alive"}')


class _App:
    def __init__(self, app: object) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)  # type: ignore[operator]


class _Front:
    """Hands GraphQL requests straight to the view, once the subgraphs' connections are open; the rest goes to `app`."""

    def __init__(self) -> None:
        self.view: GraphQLView | None = None
        self.socket: Socket | None = None
        self.app: Starlette | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.view is not None and scope["type"] == "http" and scope["path"] in GRAPHQL_PATHS:
            await self.view(scope, receive, send)
        elif self.socket is not None and scope["type"] == "websocket" and scope["path"] in GRAPHQL_PATHS:
            await self.socket(scope, receive, send)
        elif self.app is not None:
            await self.app(scope, receive, send)


def application(source: Source, settings: Settings) -> ASGIApp:
    """The gateway of a graph as an ASGI application."""
    front = _Front()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            clients = {
                name: await stack.enter_async_context(
                    HttpSubgraph(url, timeout_seconds=settings.timeout_seconds, line=settings.line)
                )
                for name, url in source.urls.items()
            }
            gateway = Gateway(source.graph, clients, settings)
            front.view, front.socket = GraphQLView(gateway), Socket(gateway)
            yield

    routes = [Route("/health", _App(_health)), Route("/healthz", _App(_health))]
    front.app = Starlette(routes=routes, lifespan=lifespan)
    return front
