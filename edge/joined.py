"""Operations that touch fields of cities' own subgraphs: planned and executed over all subgraphs, the gateway's among them.

Every other operation runs on the own graph directly, as if there were no other; only its plan may be shown. The gateway's own
subgraphs are asked in process, each fetch with an error list of its own, and their errors keep message and extensions.
"""

from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    separate_operations,
    visit,
)
from graphql.language import FieldNode

from federation.client import (
    SUBGRAPH_ERROR,
    SUBGRAPH_MALFORMED,
    SUBGRAPH_TIMEOUT,
    SUBGRAPH_UNREACHABLE,
    SubgraphClient,
    SubgraphError,
    SubgraphRequest,
    SubgraphResponse,
)
from federation.engine import Answer as JoinedAnswer
from federation.engine import Prepared as Plannable
from federation.engine import Request
from federation.execute import ResponseError
from federation.failures import QueryPlanError
from federation.graph import Graph
from federation.operation import Operation
from federation.project import INVALID_VALUE

from . import execution
from .body import GraphQLRequest
from .documents import Prepared
from .errors import QUERY_REJECTED, code_of, coded
from .execution import Answer, refused
from .ports import RequestContext, SupergraphPort
from .projections import Projections

MAX_KEPT = 1_000
PLAN = "queryPlan"
# What the engine says of a city, in the words of this graph's other errors.
CODES = {
    SUBGRAPH_ERROR: "BACKEND_REJECTED",
    SUBGRAPH_MALFORMED: "BACKEND_CONTRACT_BROKEN",
    SUBGRAPH_TIMEOUT: "BACKEND_TIMEOUT",
    SUBGRAPH_UNREACHABLE: "BACKEND_UNREACHABLE",
    INVALID_VALUE: "BACKEND_CONTRACT_BROKEN",
}


@dataclass(frozen=True, slots=True)
class Text:
    """A fetch's operation, parsed: plans repeat their texts."""

    document: DocumentNode
    name: str | None = None
    # What a fetch gave is completed by the fetches after it, object by object.
    projections: Projections = field(default_factory=lambda: Projections(shares=False), compare=False)


@lru_cache(maxsize=MAX_KEPT)
def parsed(text: str) -> Text:
    return Text(parse(text, no_location=True))


@dataclass(frozen=True, slots=True)
class OwnSubgraph:
    """The gateway's own graph as a subgraph, in process (federation.client.SubgraphClient)."""

    context: RequestContext
    request_id: str

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Execute one fetch of a plan."""
        asked = GraphQLRequest(request.operation, None, dict(request.variables))
        context = self.context.fork()
        answer = await execution.execute(parsed(request.operation), asked, context, self.request_id)
        return SubgraphResponse(answer.data, tuple(own_error(error) for error in answer.errors))


def own_error(error: GraphQLError) -> SubgraphError:
    """An error of the own graph, which the client may read as it is."""
    path = tuple(error.path) if error.path else None
    return SubgraphError(error.message, path, code_of(error) or QUERY_REJECTED, True, dict(error.extensions or {}))


@dataclass(slots=True)
class Joined:
    """One operation before a supergraph: `needed` says whether it touches fields that only the supergraph answers."""

    prepared: Prepared
    needed: bool
    graph: Graph
    _plannable: Plannable | None = None

    @property
    def plannable(self) -> Plannable:
        """The operation, ready to be planned; made when it is first wanted."""
        if self._plannable is None:
            self._plannable = Plannable(self.graph, Operation(self.prepared.document, self.prepared.operation))
        return self._plannable


class Joint:
    """One supergraph's operations: which need it, and how they are planned. The most recently used ones are kept."""

    def __init__(self, supergraph: SupergraphPort) -> None:
        self.supergraph = supergraph
        self._names = frozenset(coordinate.partition(".")[2] for coordinate in supergraph.coordinates)
        # By identity, which is far cheaper than equality; each entry holds its operation, so that no id comes back.
        self._kept: OrderedDict[int, Joined] = OrderedDict()

    def of(self, prepared: Prepared, context: RequestContext) -> Joined:
        """The operation as this supergraph sees it."""
        kept = self._kept.get(id(prepared.operation))
        if kept is None:
            kept = Joined(prepared, self._touches(prepared, context), self.supergraph.graph)
            self._kept[id(prepared.operation)] = kept
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(id(prepared.operation))
        return kept

    def _touches(self, prepared: Prepared, context: RequestContext) -> bool:
        if not self._names:
            return False
        own = separate_operations(prepared.document)[prepared.name or ""]  # what the document's others ask is not asked
        info = TypeInfo(context.graph.core)
        found = Touching(info, self._names, self.supergraph.coordinates)
        visit(own, TypeInfoVisitor(info, found))
        return found.touched


class Touching(Visitor):
    """Looks for fields of certain coordinates."""

    def __init__(self, info: TypeInfo, names: frozenset[str], coordinates: frozenset[str]) -> None:
        super().__init__()
        self.touched = False
        self._info, self._names, self._coordinates = info, names, coordinates

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """Note one field."""
        if node.name.value in self._names:
            parent = self._info.get_parent_type()
            self.touched = self.touched or f"{parent}.{node.name.value}" in self._coordinates


@lru_cache(maxsize=4)
def joint_of(supergraph: SupergraphPort) -> Joint:
    """The operations of one supergraph; of several only while one follows another."""
    return Joint(supergraph)


async def execute(prepared: Prepared, request: GraphQLRequest, context: RequestContext, request_id: str) -> Answer:
    """A query or mutation, on the own graph or over all subgraphs."""
    if context.supergraph is None:
        return await execution.execute(prepared, request, context, request_id)
    joined = joint_of(context.supergraph).of(prepared, context)
    try:
        if joined.needed:
            answer = await over_all(joined.plannable, request, context, request_id)
        else:
            answer = await execution.execute(prepared, request, context, request_id)
        if context.shows_plans and request.extensions.get(PLAN) is True:
            answer.extensions[PLAN] = plan_text(joined.plannable, request.variables)
    except Exception as fault:  # noqa: BLE001  the last line before the client, as in `execution`
        return execution.faulted(fault, context, request_id)
    return answer


async def over_all(plannable: Plannable, request: GraphQLRequest, context: RequestContext, request_id: str) -> Answer:
    """Walk the plan, the gateway's own subgraphs in process and the cities' over their lines."""
    own, remotes = OwnSubgraph(context, request_id), context.remotes()
    names = context.supergraph.graph.names.values() if context.supergraph else ()
    clients: dict[str, SubgraphClient] = {name: remotes.get(name, own) for name in names}
    try:
        found = await plannable.answer(Request(request.variables, clients, context.deadline))
    except QueryPlanError as problem:
        return refused((coded(QUERY_REJECTED, str(problem), reason=problem.code),), context)
    return edge_answer(found, context)


def edge_answer(found: JoinedAnswer, context: RequestContext) -> Answer:
    errors = tuple(graphql_error(error) for error in found.errors)
    return Answer(found.data, errors, execution.extensions_of(context, errors), executed=found.executed)


def graphql_error(error: ResponseError) -> GraphQLError:
    """The engine's error under this graph's code, and the city for the subgraph."""
    extensions = {**error.extensions, "code": CODES.get(error.code, error.code)}
    if error.subgraph:
        extensions["city"] = error.subgraph
    return GraphQLError(error.message, path=error.path, extensions=extensions)


def plan_text(plannable: Plannable, variables: Mapping[str, Any]) -> str | None:
    """The plan for these variables; None where they do not fit or the operation cannot be planned."""
    try:
        variant = plannable.chosen(variables)
    except QueryPlanError as problem:
        return str(problem)
    return None if isinstance(variant, JoinedAnswer) else str(variant.plan)


async def answers(
    prepared: Prepared, request: GraphQLRequest, context: RequestContext, request_id: str
) -> Answer | AsyncIterator[Answer]:
    """Any operation, for the transports that can stream."""
    if prepared.kind is OperationType.SUBSCRIPTION:
        if context.supergraph and joint_of(context.supergraph).of(prepared, context).needed:
            text = "A subscription cannot hold fields of a city's own subgraph; ask for them in a query."
            return refused((coded(QUERY_REJECTED, text),), context)
        return await execution.subscribe(prepared, request, context, request_id)
    answer = await execute(prepared, request, context, request_id)
    return execution.once(answer) if answer.executed else answer
