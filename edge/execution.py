"""Run a prepared operation on the graph and shape the answer.

Errors come in three kinds: request errors (variables that do not fit; no `data` in the answer), field errors (coded
ones pass, faults become INTERNAL), and errors that resolvers put into the context beside the fields.
"""

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    Executor,
    GraphQLError,
    create_source_event_stream,
    execute_root_selection_set,
    map_source_to_response_event,
)
from strawberry.execution.is_awaitable import optimized_is_awaitable

from .body import GraphQLRequest
from .documents import Prepared
from .errors import INTERNAL, INVALID_INPUT, client_safe, coded, log_fault, recoded
from .executor import RowExecutor
from .ports import RequestContext
from .projections import Projections
from .step_up import step_up


@dataclass(frozen=True, slots=True)
class Answer:
    """One GraphQL response.  `executed` is false for a request error: such an answer has no `data` at all."""

    data: dict[str, Any] | None
    errors: tuple[GraphQLError, ...]
    extensions: dict[str, Any]
    executed: bool = True

    def formatted(self) -> dict[str, Any]:
        """Errors first, as the specification advises; `data` only when execution began."""
        body: dict[str, Any] = {}
        if self.errors:
            body["errors"] = [error.formatted for error in self.errors]
        if self.executed:
            body["data"] = self.data
        if self.extensions:
            body["extensions"] = self.extensions
        return body


def refused(errors: tuple[GraphQLError, ...], context: RequestContext | None = None) -> Answer:
    """An answer to a request that was not executed."""
    return Answer(None, errors, extensions_of(context, errors) if context else {}, executed=False)


class Executable(Protocol):
    """What can be executed: a document, and the name of its operation where it has one."""

    @property
    def document(self) -> DocumentNode:
        """The parsed text."""

    @property
    def name(self) -> str | None:
        """The operation's name as written."""

    @property
    def projections(self) -> Projections:
        """What is compiled of it."""


async def execute(prepared: Executable, request: GraphQLRequest, context: RequestContext, request_id: str) -> Answer:
    """A query or mutation: one answer, whatever happens."""
    try:
        executor = _executor(prepared, request, context)
        if isinstance(executor, Answer):
            return executor
        result = execute_root_selection_set(executor)
        if not isinstance(result, ExecutionResult):
            result = await result
    except Exception as fault:  # noqa: BLE001  the last line before the client: it gets a sentence, the log gets the place
        return faulted(fault, context, request_id)
    return _answer(result, context, request_id)


async def subscribe(
    prepared: Prepared, request: GraphQLRequest, context: RequestContext, request_id: str
) -> Answer | AsyncIterator[Answer]:
    """A subscription: its stream of answers, or one answer why there is none."""
    try:
        executor = _executor(prepared, request, context)
        if isinstance(executor, Answer):
            return executor
        source = await _source(executor)
    except Exception as fault:  # noqa: BLE001  as in `execute`
        return faulted(fault, context, request_id)
    if isinstance(source, ExecutionResult):
        errors = tuple(client_safe(error, request_id) for error in source.errors or ())
        return refused(errors, context)
    return _answers(map_source_to_response_event(executor, source), context, request_id)


async def _source(executor: Executor[Any]) -> AsyncIterable[Any] | ExecutionResult:
    source: Any = create_source_event_stream(executor)
    opened: AsyncIterable[Any] | ExecutionResult = await source if executor.is_awaitable(source) else source
    return opened


async def once(answer: Answer) -> AsyncIterator[Answer]:
    """One answer as a stream of one."""
    yield answer


async def _answers(results: Any, context: RequestContext, request_id: str) -> AsyncIterator[Answer]:
    async with aclosing(results):
        try:
            async for result in results:
                yield _answer(result, context, request_id)
        except Exception as fault:  # noqa: BLE001  a broken event source ends the stream with one clear error
            yield faulted(fault, context, request_id)


def _executor(prepared: Executable, request: GraphQLRequest, context: RequestContext) -> Executor[Any] | Answer:
    executor = RowExecutor.build(
        context.graph.core,
        prepared.document,
        None,
        context,
        request.variables,
        prepared.name,
        middleware=(context.middleware,) if context.middleware else None,
        is_awaitable=cast("Any", optimized_is_awaitable),
    )
    if isinstance(executor, list):
        return refused(tuple(recoded(error, INVALID_INPUT) for error in executor), context)
    if isinstance(executor, RowExecutor) and context.middleware is None:  # which is to see every field
        executor.projection = prepared.projections.of(prepared.document, executor)
        executor.shares = prepared.projections.shares
    return executor


def _answer(result: ExecutionResult, context: RequestContext, request_id: str) -> Answer:
    beside, context.errors[:] = tuple(context.errors), ()
    errors = tuple(client_safe(error, request_id) for error in (*(result.errors or ()), *beside))
    return Answer(result.data, errors, extensions_of(context, errors))


def faulted(fault: Exception, context: RequestContext, request_id: str) -> Answer:
    """What the client reads of a fault: a coded error as it is, of any other a sentence and the request id."""
    if isinstance(fault, GraphQLError):
        return Answer(None, (client_safe(fault, request_id),), extensions_of(context))
    log_fault("operation_failed", request_id, fault)
    error = coded(INTERNAL, f"Something went wrong on our side. Request {request_id}.", requestId=request_id)
    return Answer(None, (error,), extensions_of(context))


def extensions_of(context: RequestContext, errors: tuple[GraphQLError, ...] = ()) -> dict[str, Any]:
    """What is told beside the data: which configuration and graph, and which fields wait for a surer login."""
    roam = {"config": context.config_version, "schema": context.graph.version}
    return {"roam": roam, **step_up(errors, context), **context.extensions}
