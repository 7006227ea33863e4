"""graphql-transport-ws for the gateway's clients: the edge's socket, its limits and close codes; operations run over the subgraphs.

No origin is let in but the gateway's own, as at the edge.  Does not: speak WebSocket to subgraphs.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, cast

from graphql import GraphQLError
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation
from strawberry.types.unset import UNSET

from edge.body import GraphQLRequest
from edge.limits import Limits
from edge.ws import Handler as EdgeHandler
from edge.ws import SocketContext, SocketView
from federation.engine import Answer

from .gateway import LIMITS, Gateway


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What the edge's socket reads of its gateway."""

    limits: Limits


@dataclass(frozen=True, slots=True)
class _Door:
    """In front of a gateway that lets everybody in."""

    gateway: _Bounds


class Handler(EdgeHandler):
    """Runs each operation on the gateway."""

    async def answer(self, operation: "Operation[SocketContext, None]") -> None:
        gateway = cast("Socket", self.view).gateway
        request = GraphQLRequest(operation.query, operation.operation_name, operation.variables or {})
        found = await gateway.answers(request, self.context.headers)
        if isinstance(found, Answer) and not found.executed:
            await self.fail(operation, [GraphQLError(**each.formatted()) for each in found.errors])
            return
        async with AsyncExitStack() as opened:
            answers = _once(found) if isinstance(found, Answer) else found
            opened.push_async_callback(answers.aclose)  # type: ignore[attr-defined]
            async for answer in answers:
                message: Any = {"id": operation.id, "type": "next", "payload": answer.formatted()}
                await operation.send_operation_message(message)
        await operation.send_operation_message({"id": operation.id, "type": "complete"})


class Socket(SocketView):
    """The WebSocket side of a gateway, as an ASGI app."""

    graphql_transport_ws_handler_class = Handler

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(cast("Any", _Door(_Bounds(LIMITS))))
        self.gateway = gateway

    async def on_ws_connect(self, context: SocketContext) -> Any:
        return UNSET


async def _once(answer: Answer) -> AsyncIterator[Answer]:
    yield answer
