"""A gateway over recorded subgraphs, as tests drive it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import parse, validate

from federation.client import SubgraphClient
from federation.engine import Prepared, Request
from federation.graph import Graph
from federation.operation import Operation, select_operation
from federation.plan import QueryPlan
from tests.federation.recorded import CASES, RecordedSubgraph, State


@dataclass
class Gateway:
    """A graph and its subgraphs by name."""

    graph: Graph
    subgraphs: dict[str, Any] = field(default_factory=dict)

    def operation(self, query: str) -> Operation:
        document = parse(query)
        errors = validate(self.graph.api, document)
        assert errors == []
        found = select_operation(document, None)
        assert isinstance(found, Operation)
        return found

    def plan(self, query: str, **conditions: bool) -> QueryPlan:
        return Prepared(self.graph, self.operation(query)).variant(tuple(sorted(conditions.items()))).plan

    async def ask(self, query: str, variables: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """The response body."""
        clients: dict[str, SubgraphClient] = self.subgraphs
        answer = await Prepared(self.graph, self.operation(query)).answer(Request(variables or {}, clients, **more))
        return answer.formatted()

    def requests(self) -> int:
        """How many requests the subgraphs have seen."""
        return sum(len(each.requests) for each in self.subgraphs.values())


def suite_gateway(name: str) -> Gateway:
    """The gateway of one suite of the public audit."""
    folder = CASES / "suites" / name
    data = read(folder / "data.json")
    kept = data.get("state", {})
    state = State(kept.get("rows", {}), kept.get("counters", {}))
    subgraphs = {
        each["name"]: RecordedSubgraph(
            (folder / each["sdl"]).read_text("utf-8"), data["subgraphs"][each["name"]], state
        )
        for each in read(folder / "suite.json")["subgraphs"]
    }
    return Gateway(Graph((folder / "supergraph.graphql").read_text("utf-8")), subgraphs)


def read(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text("utf-8"))
