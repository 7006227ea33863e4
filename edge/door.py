"""What every transport does with a request once it is read: authenticate, bind the graph, prepare."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from graphql import GraphQLError, OperationType

from .body import GraphQLRequest
from .documents import Prepared, Shelf
from .errors import FAULTS, code_of, coded, log_fault, unusable
from .ports import Credentials, GatewayPort, RequestContext

T = TypeVar("T")


class Door:
    """The way in, shared by HTTP, SSE and WebSocket, so that the same limits and the same cache hold for all."""

    def __init__(self, gateway: GatewayPort) -> None:
        self.gateway = gateway
        self._shelf = Shelf()
        self._under_way: set[asyncio.Task[Any]] = set()

    async def enter(self, credentials: Credentials) -> RequestContext | GraphQLError:
        """The context, or the coded error why nobody may come in with these credentials."""
        try:
            return await self.gateway.context(credentials)
        except GraphQLError as error:
            if code_of(error):
                return error
            fault: Exception = error
        except Exception as unexpected:  # noqa: BLE001  fail closed: nobody enters on a fault
            fault = unexpected
        log_fault("context_failed", credentials.request_id, fault)
        code, sentence = FAULTS[unusable(fault)]
        return coded(code, f"{sentence} Request {credentials.request_id}.", requestId=credentials.request_id)

    async def to_the_end(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` to its end even when the asker is gone: a mutation cut off halfway has an unknown outcome.

        The one task in the edge that outlives its asker; the gateway's own deadline bounds it.
        """
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    def prepare(self, request: GraphQLRequest, context: RequestContext) -> Prepared | tuple[GraphQLError, ...]:
        """Parsed, measured and validated against the graph that the context is bound to."""
        graph = context.graph
        documents = self._shelf.of(graph.core, graph.version, self.gateway.limits)
        prepared = documents.prepare(request.query, request.operation_name, request.variables)
        barred = context.mutation_refusal
        if barred is not None and isinstance(prepared, Prepared) and prepared.kind is OperationType.MUTATION:
            return (barred,)
        return prepared
