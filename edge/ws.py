"""graphql-transport-ws on Strawberry's handler: the protocol is theirs, what runs over it is ours.

Authentication happens at `connection_init` (a token in the header or in the connection params) and again for each
operation, so that an expired token starts nothing new and each operation binds the snapshot of its day. Close codes:
4400 malformed, 4401 not initialised, 4403 not let in, 4406 no common subprotocol, 4408 too slow to initialise,
4409 id in use, 4429 initialised twice, 1009 message too long.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Any, cast

from graphql import GraphQLError, OperationType
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import SubscribeMessage
from strawberry.types.unset import UNSET

from identity.addresses import Served
from identity.admission import Standing

from .body import GraphQLRequest, parse_json, request_of
from .coding import encode
from .door import Door
from .errors import INTERNAL, QUERY_REJECTED, Refusal, coded, log_fault
from .execution import Answer
from .headers import headers_of, request_id_of, served_of
from .joined import answers
from .ports import Credentials

MESSAGE_TOO_BIG = 1009  # RFC 6455 §7.4.1


class SocketContext:
    """What a connection keeps: its credentials, complete once `connection_init` has come."""

    def __init__(self, headers: Mapping[str, str], request_id: str, served: Served) -> None:
        self.served = served
        self.standing = Standing()
        self.headers = headers
        self.request_id = request_id
        self.connection_params: Mapping[str, Any] | None = None  # set by Strawberry's handler

    @property
    def credentials(self) -> Credentials:
        return Credentials(
            self.headers, self.request_id, self.connection_params, "GET", served=self.served, standing=self.standing
        )


class Adapter(ASGIWebSocketAdapter):
    """Reads only messages that are JSON objects within the limits; writes text frames."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        limits = cast("SocketView", self.view).door.gateway.limits
        try:
            while self.ws.application_state != WebSocketState.DISCONNECTED:
                text = await self.ws.receive_text()
                if len(text) > limits.max_socket_message_bytes:
                    await self.close(MESSAGE_TOO_BIG, f"Longer than {limits.max_socket_message_bytes} bytes")
                    return
                try:
                    message = parse_json(text.encode(), "The message", limits)
                except Refusal as refusal:
                    raise NonJsonMessageReceived from refusal
                if not isinstance(message, dict):
                    raise NonJsonMessageReceived
                yield message
        except KeyError as binary:
            raise NonTextMessageReceived from binary
        except WebSocketDisconnect:
            return


class Handler(BaseGraphQLTransportWSHandler[SocketContext, None]):
    """Runs each operation through our own door instead of Strawberry's schema."""

    async def handle_message(self, message: Any) -> None:
        if not isinstance(message.get("type"), str) or not isinstance(message.get("id", ""), str):
            await self.handle_invalid_message("A message needs a type, and its id must be text")
            return
        await super().handle_message(message)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        # Before the acknowledgement only one thing matters, and the handler says it: 4401.
        if self.connection_acknowledged:
            if problem := _malformed(message):
                await self.handle_invalid_message(problem)
                return
            limit = self.max_subscriptions_per_connection
            if limit is not None and len(self.operations) >= limit and message["id"] not in self.operations:
                error = coded(QUERY_REJECTED, f"This socket has {limit} live operations, the most it may have.")
                await self.send_message({"id": message["id"], "type": "error", "payload": [error.formatted]})
                return
        await super().handle_subscribe(message)

    async def run_operation(self, operation: "Operation[SocketContext, None]") -> None:
        try:
            await self.answer(operation)
        except Exception as fault:  # noqa: BLE001  one operation's fault must not cost the others their socket
            request_id = self.context.request_id
            log_fault("socket_operation_failed", request_id, fault)
            error = coded(INTERNAL, f"Something went wrong on our side. Request {request_id}.", requestId=request_id)
            await self.fail(operation, (error,))

    async def answer(self, operation: "Operation[SocketContext, None]") -> None:
        """Run one operation, and tell what comes of it until it ends."""
        door = cast("SocketView", self.view).door
        context = await door.enter(self.context.credentials)
        if isinstance(context, GraphQLError):
            await self.fail(operation, (context,))
            return
        request = GraphQLRequest(operation.query, operation.operation_name, operation.variables or {})
        prepared = door.prepare(request, context)
        if isinstance(prepared, tuple):
            await self.fail(operation, prepared)
            return
        running = answers(prepared, request, context, self.context.request_id)
        # A closed socket cancels its operations; a mutation that has begun must not stop between two steps.
        found = await (door.to_the_end(running) if prepared.kind is OperationType.MUTATION else running)
        if isinstance(found, Answer):
            await self.fail(operation, found.errors)
            return
        async with aclosing(cast("AsyncGenerator[Answer, None]", found)) as stream:
            async for answer in stream:
                payload = answer.formatted()
                await operation.send_operation_message({"id": operation.id, "type": "next", "payload": payload})  # type: ignore[arg-type, misc]
        await operation.send_operation_message({"id": operation.id, "type": "complete"})

    async def fail(self, operation: "Operation[SocketContext, None]", errors: Sequence[GraphQLError]) -> None:
        """Tell a client why its operation ends before it began; one that has been stopped meanwhile is told nothing."""
        if operation.id in self.operations:
            await operation.send_initial_errors(list(errors))


def _malformed(message: SubscribeMessage) -> str | None:
    """What is wrong with a subscribe message; a close reason holds at most 123 bytes (RFC 6455 §5.5)."""
    if not message.get("id"):
        return "A subscribe message needs an id"
    try:
        request_of(message.get("payload"))
    except Refusal as refusal:
        return refusal.error.message[:120]
    return None


class SocketView(GraphQL[SocketContext, None]):
    """The WebSocket half of Strawberry's ASGI view; its HTTP half is not used."""

    websocket_adapter_class = Adapter
    graphql_transport_ws_handler_class = Handler

    def __init__(self, door: Door) -> None:
        limits = door.gateway.limits
        super().__init__(
            schema=cast("Any", None),  # operations run through the door, on the graph their context is bound to
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=limits.socket_init_seconds),
            max_subscriptions_per_connection=limits.max_operations_per_socket,
            allowed_origins=limits.allowed_origins,
        )
        self.door = door

    async def get_context(self, request: Any, response: Any) -> SocketContext:
        headers = headers_of(request.scope)
        return SocketContext(headers, request_id_of(headers), served_of(request.scope))

    async def on_ws_connect(self, context: SocketContext) -> Any:
        entered = await self.door.enter(context.credentials)
        if isinstance(entered, GraphQLError):
            raise ConnectionRejectionError
        return UNSET

    def encode_json(self, data: object) -> str:
        return encode(data).decode()

    async def create_websocket_response(self, request: WebSocket, subprotocol: str | None) -> WebSocket:
        await request.accept(subprotocol=subprotocol)
        return request
