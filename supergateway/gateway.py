"""One request at the gateway: prepared once for each text, answered by the engine within one deadline."""

import asyncio
import random
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from graphql import GraphQLError

from edge.body import GraphQLRequest
from edge.documents import Documents
from edge.errors import GRAPHQL_VALIDATION_FAILED, INVALID_INPUT, Refusal, code_of
from edge.limits import Limits
from federation.client import SubgraphClient
from federation.engine import Answer, Prepared, Request
from federation.execute import ResponseError
from federation.failures import QueryPlanError
from federation.graph import Graph
from federation.operation import Operation
from federation.programs import Programs

from .overrides import labels_on
from .subgraph import HttpSubgraph

LIMITS = Limits(
    max_depth=200,
    max_nesting=400,
    max_root_fields=200,
    max_aliases=1_000,
    max_aliases_per_field=500,
    max_cost=1 << 62,
    max_document_bytes=256 * 1024,
    max_tokens=20_000,
    max_selections=4_000,
    max_repeats=1_000,
)
"""Bounds of any schema's queries: what is measured is what preparing costs, since prices of fields are not known here."""
MAX_PREPARED = 1_000


@dataclass(frozen=True, slots=True)
class Settings:
    """How the gateway answers."""

    timeout_seconds: float = 30.0
    """For a whole request, its subgraph calls included."""
    labels: Collection[str] = ()
    """Override labels that are on."""
    forward: Collection[str] = ()
    """Request headers that subgraphs get as well, in lower case; none unless named."""
    show_messages: bool = False
    """Whether subgraphs' own error messages reach the client."""
    line: str = "direct"
    """How subgraphs are asked: one of subgraph.LINES."""


class Gateway:
    """A graph, the way to its subgraphs, and the operations prepared so far."""

    def __init__(self, graph: Graph, clients: Mapping[str, HttpSubgraph], settings: Settings | None = None) -> None:
        self._graph, self._clients = graph, clients
        self._settings = settings or Settings()
        self._documents = Documents(graph.api, LIMITS)
        self._prepared: OrderedDict[tuple[str, str | None], Prepared] = OrderedDict()
        self._programs = Programs()
        self._random = random.Random()  # noqa: S311  draws shares of traffic, no secrets

    async def answer(self, request: GraphQLRequest, headers: Mapping[str, str], *, read_only: bool = False) -> Answer:
        """Any query or mutation; of one that came before, perhaps only its `body`.

        Raises: Refusal(405): `read_only`, and it is no query.
        """
        prepared = self.prepare(request)
        if isinstance(prepared, Answer):
            return prepared
        if read_only and prepared.operation.kind != "query":
            raise Refusal(INVALID_INPUT, "Only a query may be sent by GET.", status=405, headers=(("allow", "POST"),))
        if prepared.operation.kind == "subscription":
            return _refused("A subscription needs Accept: text/event-stream.", "SUBSCRIPTION_NOT_SUPPORTED")
        try:
            return await prepared.answer(self._bound(request, self._clients_for(headers)))
        except QueryPlanError as problem:
            return _refused(str(problem), problem.code)

    async def answers(
        self, request: GraphQLRequest, headers: Mapping[str, str], *, read_only: bool = False
    ) -> Answer | AsyncIterator[Answer]:
        """Any operation: one answer, or those of a subscription.  Raises: Refusal, as `answer`."""
        prepared = self.prepare(request)
        if isinstance(prepared, Answer) or prepared.operation.kind != "subscription":
            return await self.answer(request, headers, read_only=read_only)
        return self._events(prepared, request, self._clients_for(headers))

    async def _events(
        self, prepared: Prepared, request: GraphQLRequest, clients: Mapping[str, HttpSubgraph]
    ) -> AsyncGenerator[Answer, None]:
        try:
            async with aclosing(prepared.events(self._bound(request, clients), clients)) as answers:
                async for answer in answers:
                    yield answer
        except QueryPlanError as problem:
            yield _refused(str(problem), problem.code)

    def prepare(self, request: GraphQLRequest) -> Prepared | Answer:
        """The operation of a request, from the cache when its text is known; or why there is none."""
        key = (request.query, request.operation_name)
        known = self._prepared.get(key)
        if known is not None:
            self._prepared.move_to_end(key)
            return known
        found = self._documents.prepare(request.query, request.operation_name, request.variables)
        if isinstance(found, tuple):
            return Answer(None, tuple(_error(each) for each in found), executed=False)
        prepared = Prepared(self._graph, Operation(found.document, found.operation))
        if len(request.query) <= LIMITS.max_cached_document_bytes:
            self._prepared[key] = prepared
            if len(self._prepared) > MAX_PREPARED:
                self._prepared.popitem(last=False)
        return prepared

    def _bound(self, request: GraphQLRequest, clients: Mapping[str, SubgraphClient]) -> Request:
        labels = self._graph.labels
        drawn = self._random.random() * 100 if labels else 0.0
        return Request(
            request.variables,
            clients,
            asyncio.get_running_loop().time() + self._settings.timeout_seconds,
            labels_on(labels, drawn=drawn, named=self._settings.labels),
            self._settings.show_messages,
            self._programs,
        )

    def _clients_for(self, headers: Mapping[str, str]) -> Mapping[str, HttpSubgraph]:
        carried = {name: headers[name] for name in self._settings.forward if name in headers}
        if not carried:
            return self._clients
        return {name: client.carrying(carried) for name, client in self._clients.items()}


def _error(error: GraphQLError) -> ResponseError:
    return ResponseError(error.message, code_of(error) or GRAPHQL_VALIDATION_FAILED)


def _refused(message: str, code: str) -> Answer:
    return Answer(None, (ResponseError(message, code),), executed=False)
