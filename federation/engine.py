"""A graph at work: operations prepared once, answered often.

`prepare` is for a validated document; what it returns remembers, for each choice of conditions and labels, the plan and
the compiled projection.  `answer` runs one request: variables checked, plan walked, data projected.
"""

from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, get_variable_values

from .client import EventSource, Json, SubgraphClient
from .execute import Execution, ResponseError
from .failures import NoPlan
from .graph import Graph
from .introspection import asks_for_schema, introspect
from .operation import Conditions, Operation
from .plan import QueryPlan, Subscription
from .planner import plan
from .project import Projection, Run, compile_projection

MAX_VARIANTS = 64  # choices of conditions remembered for one operation

Labels = frozenset[str]


@dataclass(frozen=True, slots=True)
class Variant:
    """An operation under one choice of conditions and labels."""

    plan: QueryPlan
    projection: Projection


@dataclass(frozen=True, slots=True)
class Request:
    """What one request brings to a prepared operation."""

    variables: Mapping[str, Json]
    """As the client sent them."""
    clients: Mapping[str, SubgraphClient]
    """By subgraph name."""
    deadline: float | None = None
    """On the event loop's clock."""
    labels: Labels = frozenset()
    """The progressive overrides that are on."""
    show_messages: bool = False
    """Whether subgraphs' own error messages may be shown."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response.  `executed` is false for a request error, which has no `data`."""

    data: dict[str, Json] | None
    errors: tuple[ResponseError, ...] = ()
    executed: bool = True

    def formatted(self) -> dict[str, Json]:
        """As GraphQL writes it."""
        body: dict[str, Json] = {"errors": [each.formatted() for each in self.errors]} if self.errors else {}
        if self.executed:
            body["data"] = self.data
        return body


class Prepared:
    """One operation on one graph."""

    def __init__(self, graph: Graph, operation: Operation) -> None:
        self._graph, self.operation = graph, operation
        self._variants: OrderedDict[tuple[Conditions, Labels], Variant] = OrderedDict()
        self._introspective = asks_for_schema(operation)

    def variant(self, conditions: Conditions = (), labels: Labels = frozenset()) -> Variant:
        """The plan and projection for these conditions.  Raises: QueryPlanError."""
        key = (conditions, labels)
        found = self._variants.get(key)
        if found is None:
            found = self._variants[key] = self._make(conditions, labels)
            if len(self._variants) > MAX_VARIANTS:
                self._variants.popitem(last=False)
        return found

    def _make(self, conditions: Conditions, labels: Labels) -> Variant:
        root = self._graph.roots[self.operation.kind]
        selections = self.operation.selections(self._graph, conditions, root)
        return Variant(
            plan(self._graph, self.operation, conditions, labels),
            compile_projection(self._graph.api, selections, root),
        )

    def chosen(self, variables: Mapping[str, Json], labels: Labels = frozenset()) -> Variant | Answer:
        """The variant for these variables, or why they do not fit.  Raises: QueryPlanError."""
        conditions: Conditions = ()
        if self.operation.definition.variable_definitions:
            coerced = self._coerce(variables)
            if isinstance(coerced, Answer):
                return coerced
            conditions = self.operation.decide(coerced)
        return self.variant(conditions, labels)

    async def answer(self, request: Request) -> Answer:
        """Runs the operation once.  Raises: QueryPlanError."""
        variant = self.chosen(request.variables, request.labels)
        if isinstance(variant, Answer):
            return variant
        execution = Execution(request.clients, request.variables, request.deadline, request.show_messages)
        await execution.run(variant.plan)
        return self._project(variant, execution, request)

    async def events(self, request: Request, sources: Mapping[str, EventSource]) -> AsyncIterator[Answer]:
        """Runs a subscription: one answer for each event.  Raises: QueryPlanError."""
        coerced = self._coerce(request.variables)
        if isinstance(coerced, Answer):
            yield coerced
            return
        variant = self.variant(self.operation.decide(coerced), request.labels)
        node = variant.plan.node
        if not isinstance(node, Subscription):
            raise NoPlan("The subscription does not begin with one request to one subgraph.")
        opening = Execution(request.clients, request.variables)
        async for event in sources[node.primary.service].subscribe(opening.request(node.primary, {})):
            execution = Execution(
                request.clients, request.variables, request.deadline, request.show_messages, data={}, errors=[]
            )
            await execution.complete(node, event)
            yield self._project(variant, execution, request)

    def _coerce(self, variables: Mapping[str, Json]) -> Mapping[str, Any] | Answer:
        definitions = self.operation.definition.variable_definitions or ()
        found = get_variable_values(self._graph.api, definitions, dict(variables), max_errors=10)
        if isinstance(found, list):
            return Answer(None, tuple(_refused(each) for each in found), executed=False)
        return found.coerced

    def _project(self, variant: Variant, execution: Execution, request: Request) -> Answer:
        known = [error.path or () for error in execution.errors]
        ready = introspect(self._graph.api, self.operation, request.variables) if self._introspective else {}
        run = Run(known, ready, shared=execution.shared)
        data = variant.projection(execution.data, run)
        return Answer(data, (*execution.errors, *run.errors))


def _refused(error: GraphQLError) -> ResponseError:
    return ResponseError(error.message[:400], "INVALID_INPUT")
