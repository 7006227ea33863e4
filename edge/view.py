"""`/graphql` over HTTP, as https://graphql.github.io/graphql-over-http/draft/ has it. A raw ASGI app: no framework cost.

Status codes: a request that is not well-formed GraphQL over HTTP gets its 4xx whatever was asked for. A well-formed one
that is refused (syntax, validation, limits, variables, token) gets 4xx, or 5xx where it is our fault, as
application/graphql-response+json, and 200 as application/json, where a client must be able to tell our answer from a proxy's.
"""

from collections.abc import AsyncIterator, Mapping

from graphql import GraphQLError, OperationType
from starlette.types import Receive, Scope, Send

from identity.addresses import Served

from .accept import EVENTS, GRAPHQL, HTML, JSON, preferred
from .body import GraphQLRequest, parse_body, parse_query_string, read_body
from .coding import encode
from .documents import Prepared
from .door import Door
from .errors import INTERNAL, INVALID_INPUT, STORE_UNAVAILABLE, UNAUTHENTICATED, Refusal, code_of, log_fault
from .execution import Answer, refused
from .headers import headers_of, request_id_of, served_of
from .joined import answers, execute
from .pages import Pages
from .ports import Credentials
from .refusals import challenge_of
from .responses import NOT_STORED, config_header, raw_headers, send_body
from .sse import stream
from .step_up import challenge

ALLOW = ("allow", "GET, POST")
_RESPONSES = (JSON, GRAPHQL, EVENTS)
_STATUS = {UNAUTHENTICATED: 401, "FORBIDDEN": 403, "RATE_LIMITED": 429, INTERNAL: 500, STORE_UNAVAILABLE: 503}


class GraphQLView:
    """One request in, one response or event stream out."""

    def __init__(self, door: Door, pages: Pages) -> None:
        self._door = door
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        request_id = request_id_of(headers)
        if self._pages.enabled and scope["method"] == "GET" and _wants_page(headers.get("accept")):
            await self._pages.graphiql(send, request_id)
            return
        media = preferred(headers.get("accept"), _RESPONSES)
        try:
            if media is None:
                raise Refusal(
                    INVALID_INPUT, f"None of the accepted types is offered: {', '.join(_RESPONSES)}.", status=406
                )
            request = await self._read(scope, receive, headers)
            if request is not None:
                await self._answer(
                    scope, receive, send, _Exchange(headers, request_id, media, request, served_of(scope))
                )
        except Refusal as refusal:
            body = encode(refused((refusal.error,)).formatted())
            more = (NOT_STORED, *config_header(self._door.gateway.readiness().config_version), *refusal.headers)
            content_type = GRAPHQL if media == GRAPHQL else JSON
            await send_body(send, refusal.status, raw_headers(f"{content_type}; charset=utf-8", request_id, more), body)

    async def _read(self, scope: Scope, receive: Receive, headers: Mapping[str, str]) -> GraphQLRequest | None:
        limits = self._door.gateway.limits
        match scope["method"]:
            case "GET":
                return parse_query_string(scope["query_string"], limits)
            case "POST":
                _check_content_type(headers)
                raw = await read_body(receive, headers.get("content-length"), limits)
                return None if raw is None else parse_body(raw, limits)
        raise Refusal(
            INVALID_INPUT, f"{scope['method']} is not allowed here; use GET or POST.", status=405, headers=(ALLOW,)
        )

    async def _answer(self, scope: Scope, receive: Receive, send: Send, exchange: "_Exchange") -> None:
        found = await self._found(scope["method"], exchange)
        if exchange.media == EVENTS:
            keep_alive_seconds = self._door.gateway.limits.keep_alive_seconds
            await stream(found, receive, send, exchange.request_id, keep_alive_seconds, config=exchange.config)
        elif isinstance(found, Answer):
            await _send(send, exchange, found)

    async def _found(self, method: str, exchange: "_Exchange") -> Answer | AsyncIterator[Answer]:
        credentials = Credentials(exchange.headers, exchange.request_id, method=method, served=exchange.served)
        context = await self._door.enter(credentials)
        if isinstance(context, GraphQLError):
            exchange.config = self._door.gateway.readiness().config_version
            return refused((context,))
        exchange.config = context.config_version
        prepared = self._door.prepare(exchange.request, context)
        if isinstance(prepared, tuple):
            return refused(prepared, context)
        exchange.media = _deliverable(method, prepared, exchange)
        if exchange.media == EVENTS:
            return await answers(prepared, exchange.request, context, exchange.request_id)
        return await execute(prepared, exchange.request, context, exchange.request_id)


class _Exchange:
    """One request and how its answer is to look."""

    __slots__ = ("config", "headers", "media", "request", "request_id", "served")

    def __init__(
        self, headers: Mapping[str, str], request_id: str, media: str, request: GraphQLRequest, served: Served
    ) -> None:
        self.served = served
        self.config: str | None = None
        self.headers = headers
        self.request_id = request_id
        self.media = media
        self.request = request


def _wants_page(accept: str | None) -> bool:
    return preferred(accept, (*_RESPONSES, HTML)) == HTML


def _deliverable(method: str, prepared: Prepared, exchange: _Exchange) -> str:
    """The media type that can carry this kind of operation.  Raises: Refusal(405, 406)."""
    if prepared.kind is OperationType.MUTATION and method == "GET":
        raise Refusal(INVALID_INPUT, "A mutation must be sent by POST.", status=405, headers=(("allow", "POST"),))
    if prepared.kind is not OperationType.SUBSCRIPTION:
        return exchange.media
    if preferred(exchange.headers.get("accept"), (EVENTS,)) is None:
        raise Refusal(INVALID_INPUT, f"A subscription needs Accept: {EVENTS}, or a WebSocket.", status=406)
    return EVENTS


def _check_content_type(headers: Mapping[str, str]) -> None:
    name, _, parameters = headers.get("content-type", "").partition(";")
    if name.strip().lower() != JSON:
        found = f'"{name.strip()[:100]}"' if name.strip() else "none"
        raise Refusal(INVALID_INPUT, f"The content type is {found}; expected {JSON}.", status=415)
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset" and value.strip().strip('"').lower() not in ("utf-8", "utf8"):
            raise Refusal(INVALID_INPUT, f'The charset is "{value.strip()[:40]}"; expected utf-8.', status=415)
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise Refusal(INVALID_INPUT, f'The content encoding is "{encoding[:40]}"; send the body as it is.', status=415)


async def _send(send: Send, exchange: _Exchange, answer: Answer) -> None:
    media = GRAPHQL if exchange.media == GRAPHQL else JSON
    status, more = (
        200,
        [NOT_STORED, *config_header(exchange.config), *challenge(answer.data, answer.errors, answer.extensions)],
    )
    if media == GRAPHQL and not answer.executed:
        status = _STATUS.get(code_of(answer.errors[0]) or "", 400)
        if status == 401:
            more.append(("www-authenticate", challenge_of(answer.errors[0])))
    try:
        body = encode(answer.formatted())
    except (TypeError, ValueError) as fault:
        log_fault("answer_not_encodable", exchange.request_id, fault)
        raise Refusal(
            INTERNAL, f"Something went wrong on our side. Request {exchange.request_id}.", status=500
        ) from None
    await send_body(send, status, raw_headers(f"{media}; charset=utf-8", exchange.request_id, more), body)
