"""Preparing and running an operation for `roamExplain` as the door and the view would, on a context that asks no city."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, OperationType

from .body import GraphQLRequest
from .documents import Prepared, Shelf
from .joined import execute
from .limits import Limits
from .ports import RequestContext


@dataclass(frozen=True, slots=True)
class DryOperation:
    """A prepared operation with its variables."""

    prepared: Prepared
    request: GraphQLRequest

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.prepared.kind

    @property
    def name(self) -> str | None:
        """As written."""
        return self.prepared.name

    async def run(self, context: RequestContext) -> Sequence[GraphQLError]:
        """Run it on the context of a dry run. Returns: the errors of its answer."""
        return (await execute(self.prepared, self.request, context, context.request_id)).errors


class DryRun:
    """The limits that hold for every operation hold here. Documents are kept apart from the ones that run in earnest."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._shelf = Shelf()

    def prepare(
        self, context: RequestContext, text: str, name: str | None, variables: Mapping[str, Any]
    ) -> DryOperation | Sequence[GraphQLError]:
        """The operation, measured and validated, or every reason why it may not be run."""
        graph = context.graph
        prepared = self._shelf.of(graph.core, graph.version, self._limits).prepare(text, name, variables)
        return (
            DryOperation(prepared, GraphQLRequest(text, name, dict(variables)))
            if isinstance(prepared, Prepared)
            else prepared
        )
