"""The plan of an operation, as people and as programs read it: text, JSON, a picture."""

import json
from pathlib import Path
from typing import Any

from graphql import GraphQLError, parse, validate

from federation.failures import QueryPlanError
from federation.operation import NoSuchOperation, Operation, select_operation
from federation.plan import Fetch, Node, Parallel, QueryPlan, Sequence, Subscription, parts_text, path_text
from federation.planner import plan

from .overrides import labels_on
from .sources import Source, SourceError, load_supergraph


def explained(
    supergraph: Path, query: str, name: str | None, variables: str, labels: tuple[str, ...], *, as_json: bool
) -> str:
    """The printed plan.  Raises: SourceError: the supergraph, the query or the variables are not good."""
    found = planned(supergraph, query, name, variables, labels)
    return as_text(found, as_json=as_json)


def planned(supergraph: Path, query: str, name: str | None, variables: str, labels: tuple[str, ...]) -> QueryPlan:
    """The plan that a request with these variables would run.  Raises: SourceError, as `explained`."""
    source = load_supergraph(supergraph)
    operation = _operation(source, query, name)
    given = _variables(variables)
    values = {node.variable.name.value: _default(node) for node in operation.definition.variable_definitions or ()}
    on = labels_on(source.graph.labels, drawn=100.0, named=labels)
    try:
        return plan(source.graph, operation, operation.decide({**values, **given}), on)
    except QueryPlanError as problem:
        raise SourceError(f"{problem.code}: {problem}") from None


def as_text(found: QueryPlan, *, as_json: bool) -> str:
    """A plan for standard output."""
    return json.dumps(as_value(found), indent=2, ensure_ascii=False) if as_json else str(found)


def as_value(found: QueryPlan) -> dict[str, Any]:
    """A plan as JSON, in the words of Apollo's `queryPlan` extension."""
    return {"kind": "QueryPlan", "node": _value(found.node) if found.node else None}


def _value(node: Node) -> dict[str, Any]:
    match node:
        case Sequence() | Parallel():
            return {"kind": type(node).__name__, "nodes": [_value(each) for each in node.nodes]}
        case Subscription():
            rest = _value(node.rest) if node.rest else None
            return {"kind": "Subscription", "primary": _value(node.primary), "rest": rest}
    return _fetch(node)


def _fetch(node: Fetch) -> dict[str, Any]:
    value: dict[str, Any] = {
        "kind": "Fetch",
        "serviceName": node.service,
        "operationKind": node.kind,
        "operation": node.operation,
        "variableUsages": list(node.variables),
    }
    if node.path:
        value["path"] = path_text(node.path)
    if node.entities:
        value["entities"] = [
            {
                "paths": [path_text(path) for path in each.paths],
                "requires": [
                    {"type": sent.type, "sentAs": sent.sent_as, "fields": parts_text(sent.fields)}
                    for sent in each.representations
                ],
                "selections": parts_text(each.parts),
            }
            for each in node.entities
        ]
    return value


def _operation(source: Source, query: str, name: str | None) -> Operation:
    try:
        document = parse(query)
    except GraphQLError as problem:
        raise SourceError(f"The query does not parse: {problem.message}") from None
    errors = validate(source.graph.api, document)
    if errors:
        raise SourceError("The query is not valid:\n" + "\n".join(f"  {each.message}" for each in errors))
    operation = select_operation(document, name)
    if isinstance(operation, NoSuchOperation):
        raise SourceError(operation.message)
    return operation


def _variables(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SourceError("The variables are no JSON object.")
    return found


def _default(node: Any) -> Any:
    return getattr(node.default_value, "value", None)
