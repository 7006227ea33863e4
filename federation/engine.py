"""A graph at work: operations prepared once, answered often.

`prepare` is for a validated document; what it returns remembers, for each choice of conditions and labels, the plan and
the compiled projection.  `answer` runs one request: variables checked, plan walked, data projected.
"""

from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import msgspec
from graphql import GraphQLError, get_variable_values

from .client import EventSource, Json, SubgraphClient
from .execute import Execution, ResponseError
from .failures import NoPlan
from .graph import Graph
from .introspection import asks_for_schema, introspect
from .operation import Conditions, Operation
from .plan import QueryPlan, Subscription
from .planner import plan
from .programs import Programs, Replay, wires
from .project import Projection, Run, compile_projection
from .selections import SelectionSet
from .shapes import Shaped, shaped
from .typed import TypedRun

MAX_VARIANTS = 64  # choices of conditions remembered for one operation

Labels = frozenset[str]


@dataclass(frozen=True, slots=True)
class Variant:
    """An operation under one choice of conditions and labels."""

    plan: QueryPlan
    projection: Projection
    selections: SelectionSet


@dataclass(frozen=True, slots=True)
class Request:
    """What one request brings to a prepared operation."""

    variables: Mapping[str, Json]
    """As the client sent them."""
    clients: Mapping[str, SubgraphClient]
    """By subgraph name."""
    deadline: float | None = None
    """On the event loop's clock.  Not for a subscription, which outlives it: each of its requests has its client's own."""
    labels: Labels = frozenset()
    """The progressive overrides that are on."""
    show_messages: bool = False
    """Whether subgraphs' own error messages may be shown."""
    programs: Programs | None = None
    """Those of the quick tier, for who can take an answer as bytes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response.  `executed` is false for a request error, which has no `data`."""

    data: dict[str, Json] | None
    errors: tuple[ResponseError, ...] = ()
    executed: bool = True
    body: bytes | None = None
    """The whole response as JSON, where it is written already; there is no `data` then."""

    def formatted(self) -> dict[str, Json]:
        """As GraphQL writes it."""
        if self.body is not None:
            read: dict[str, Json] = msgspec.json.decode(self.body)
            return read
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
            selections,
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
        clients = request.clients
        if request.programs is not None:
            quick = await self._quick(variant, request, request.programs)
            if isinstance(quick, Answer):
                return quick
            clients = quick
        execution = Execution(clients, request.variables, request.deadline, request.show_messages)
        await execution.run(variant.plan)
        return self._project(variant, execution, request)

    async def _quick(
        self, variant: Variant, request: Request, programs: Programs
    ) -> Answer | Mapping[str, SubgraphClient]:
        """The answer of the quick tier; or the clients for the careful one, which know what was asked already."""

        def shape() -> Shaped:
            root = self._graph.roots[self.operation.kind]
            return shaped(self._graph.api, variant.plan, variant.selections, root)

        program = programs.of(variant.plan, shape)
        ways = wires(program, request.clients) if program is not None else None
        if program is None or ways is None:
            return request.clients
        run = TypedRun(program, ways, request.variables)
        body = await run.body(request.deadline)
        programs.note(variant.plan, plain=body is not None)
        if body is not None:
            return Answer(None, body=body)
        return {name: Replay(name, wire, run.answered) for name, wire in ways.items()}

    async def events(self, request: Request, sources: Mapping[str, EventSource]) -> AsyncGenerator[Answer, None]:
        """Runs a subscription: one answer for each event; the stream ends with it.  Raises: QueryPlanError."""
        coerced = self._coerce(request.variables)
        if isinstance(coerced, Answer):
            yield coerced
            return
        variant = self.variant(self.operation.decide(coerced), request.labels)
        node = variant.plan.node
        if not isinstance(node, Subscription):
            raise NoPlan("The subscription does not begin with one request to one subgraph.")
        opening = Execution(request.clients, request.variables)
        source = sources[node.primary.service].subscribe(opening.request(node.primary, {}))
        async with AsyncExitStack() as opened:
            if isinstance(source, AsyncGenerator):  # ends with the request, not when it is collected as garbage
                opened.push_async_callback(source.aclose)
            async for event in source:
                execution = Execution(request.clients, request.variables, None, request.show_messages)
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
