"""One request at the gateway: prepared once for each text, answered by the engine within one deadline."""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Collection, Mapping
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


class Gateway:
    """A graph, the way to its subgraphs, and the operations prepared so far."""

    def __init__(self, graph: Graph, clients: Mapping[str, HttpSubgraph], settings: Settings | None = None) -> None:
        self._graph, self._clients = graph, clients
        self._settings = settings or Settings()
        self._documents = Documents(graph.api, LIMITS)
        self._prepared: OrderedDict[tuple[str, str | None], Prepared] = OrderedDict()
        self._random = random.Random()  # noqa: S311  draws shares of traffic, no secrets

    async def answer(self, request: GraphQLRequest, headers: Mapping[str, str], *, read_only: bool = False) -> Answer:
        """Any query or mutation.  Raises: Refusal(405): `read_only`, and it is no query."""
        prepared = self.prepare(request)
        if isinstance(prepared, Answer):
            return prepared
        if read_only and prepared.operation.kind != "query":
            raise Refusal(INVALID_INPUT, "Only a query may be sent by GET.", status=405, headers=(("allow", "POST"),))
        if prepared.operation.kind == "subscription":
            return _refused("Subscriptions are not served over HTTP requests here.", "SUBSCRIPTION_NOT_SUPPORTED")
        try:
            return await prepared.answer(self._bound(request, headers))
        except QueryPlanError as problem:
            return _refused(str(problem), problem.code)

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

    def _bound(self, request: GraphQLRequest, headers: Mapping[str, str]) -> Request:
        carried = {name: headers[name] for name in self._settings.forward if name in headers}
        clients: Mapping[str, SubgraphClient] = self._clients
        if carried:
            clients = {name: client.carrying(carried) for name, client in self._clients.items()}
        labels = self._graph.labels
        drawn = self._random.random() * 100 if labels else 0.0
        return Request(
            request.variables,
            clients,
            asyncio.get_running_loop().time() + self._settings.timeout_seconds,
            labels_on(labels, drawn=drawn, named=self._settings.labels),
            self._settings.show_messages,
        )


def _error(error: GraphQLError) -> ResponseError:
    return ResponseError(error.message, code_of(error) or GRAPHQL_VALIDATION_FAILED)


def _refused(message: str, code: str) -> Answer:
    return Answer(None, (ResponseError(message, code),), executed=False)
