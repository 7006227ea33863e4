"""Subgraphs that answer from recorded data, in process, with graphql-core: the other side of every test here.

A subgraph is its SDL and a table of objects.  Each request is validated before it is executed, so a plan that asks
for what a subgraph does not have fails as it would outside.
Data: `{"roots": {type: {field: value}}, "objects": {id: object}, "entities": [{"representation", "result"}],
"unknown": {type: value}}`; a value may be `{"$ref": id}`, `{"$error": text}`, `{"$args": [{"args", "value"}]}` or
`{"$do": [operation]}` for the little state that mutations need.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    GraphQLError,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    build_ast_schema,
    execute_sync,
    is_abstract_type,
    parse,
    validate,
)

from federation.client import SubgraphRequest, SubgraphResponse, read_response

CASES = Path(__file__).parent / "cases"
_FULL: dict[type, type] = {
    ObjectTypeExtensionNode: ObjectTypeDefinitionNode,
    InterfaceTypeExtensionNode: InterfaceTypeDefinitionNode,
    UnionTypeExtensionNode: UnionTypeDefinitionNode,
    EnumTypeExtensionNode: EnumTypeDefinitionNode,
    InputObjectTypeExtensionNode: InputObjectTypeDefinitionNode,
    ScalarTypeExtensionNode: ScalarTypeDefinitionNode,
}
_LISTS = ("fields", "interfaces", "types", "values")


@dataclass
class State:
    """What mutations of one suite have done: rows by table, numbers by key."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    counters: dict[str, float] = field(default_factory=dict)


class RecordedSubgraph:
    """Implements federation.client.SubgraphClient."""

    def __init__(self, sdl: str, data: dict[str, Any], state: State | None = None) -> None:
        self.schema = executable(sdl)
        self.data, self.state = data, state or State()
        self.requests: list[SubgraphRequest] = []
        for named in self.schema.type_map.values():
            if is_abstract_type(named):
                named.resolve_type = lambda value, info, kind: self._object(value).get("__typename")
            for name, each in getattr(named, "fields", {}).items():
                if hasattr(each, "resolve") and not named.name.startswith("__"):
                    each.resolve = self._resolver(named.name, name)

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        self.requests.append(request)
        return read_response(json.loads(json.dumps(self.run(request.operation, dict(request.variables)))))

    def run(self, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        """One GraphQL response."""
        document = parse(operation)
        if errors := validate(self.schema, document):
            raise AssertionError(f"{operation}\n" + "\n".join(each.message for each in errors))
        result = execute_sync(self.schema, document, variable_values=variables)
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = [each.formatted for each in result.errors]
        return body

    def _object(self, value: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.data["objects"][value["$ref"]] if "$ref" in value else value
        return found

    def _resolver(self, type_name: str, name: str) -> Any:
        roots = {
            root.name: kind
            for kind, root in (("Query", self.schema.query_type), ("Mutation", self.schema.mutation_type))
            if root
        }
        if name == "_entities":
            return lambda source, info, representations: [self._entity(each) for each in representations]

        def resolve(source: Any, info: Any, **arguments: Any) -> Any:
            if type_name in roots:
                table, parent = self.data.get("roots", {}).get(roots[type_name], {}), None
            else:
                table = parent = self._object(source)
            return self._value(table.get(name), {"args": arguments, "parent": parent})

        return resolve

    def _value(self, value: Any, scope: dict[str, Any]) -> Any:
        if isinstance(value, list):
            return [self._value(each, scope) for each in value]
        if not isinstance(value, dict) or "$ref" in value:
            return value
        if "$error" in value:
            raise GraphQLError(value["$error"])
        if "$args" in value:
            for case in value["$args"]:
                if case["args"].keys() == scope["args"].keys() and matches(case["args"], scope["args"]):
                    return self._value(case["value"], scope)
            raise GraphQLError(f"Nothing is recorded for the arguments {scope['args']}.")
        return _do(self.state, value["$do"], scope) if "$do" in value else value

    def _entity(self, sent: dict[str, Any]) -> Any:
        best, most = self.data.get("unknown", {}).get(sent.get("__typename")), -1
        for entry in self.data.get("entities", ()):
            wanted = entry["representation"]
            if wanted["__typename"] == sent.get("__typename") and leaves(wanted) > most and matches(wanted, sent):
                best, most = entry["result"], leaves(wanted)
        return self._value(best, {"args": {"representation": sent}, "parent": None})


def leaves(value: Any) -> int:
    """How much a recorded representation says."""
    if isinstance(value, dict | list):
        return sum(leaves(each) for each in (value.values() if isinstance(value, dict) else value))
    return 1


def matches(wanted: Any, found: Any) -> bool:
    """Whether everything wanted is in what was found."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            key in found and matches(each, found[key]) for key, each in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and len(wanted) == len(found) and all(map(matches, wanted, found))
    return wanted == found or (not isinstance(wanted, bool) and str(wanted) == str(found))


def executable(sdl: str) -> GraphQLSchema:
    """A subgraph's SDL as a schema that runs: extensions folded in, federation's directives gone, `_entities` added."""
    merged: dict[str, Any] = {}
    keyed: set[str] = set()
    for node in parse(sdl).definitions:
        kind: Any = _FULL.get(type(node), type(node))
        if kind not in _FULL.values():
            continue
        name = node.name.value  # type: ignore[attr-defined]
        if any(each.name.value in ("key", "federation__key") for each in node.directives or ()):  # type: ignore[attr-defined]
            keyed.add(name)
        merged[name] = _joined(merged.get(name), kind, node)
    entities = [
        name
        for name, node in merged.items()
        if isinstance(node, ObjectTypeDefinitionNode)
        and (name in keyed or any(each.name.value in keyed for each in node.interfaces or ()))
    ]
    extra = (
        "scalar _Any type Query { _service: String "
        + ("_entities(representations: [_Any!]!): [_Entity]!" if entities else "")
        + " }"
    )
    extra += f" union _Entity = {' | '.join(entities)}" if entities else ""
    for node in parse(extra).definitions:
        name = node.name.value  # type: ignore[attr-defined]
        merged[name] = _joined(merged.get(name), type(node), node)
    return build_ast_schema(DocumentNode(definitions=tuple(merged.values())), assume_valid_sdl=True)


def _joined(known: Any, kind: Any, node: Any) -> Any:
    bare = _bare(node)
    if known is None:
        return kind(**{name: getattr(bare, name, None) for name in kind.keys if name != "loc"})
    changes = {}
    for part in _LISTS:
        if hasattr(known, part):
            have = {each.name.value for each in getattr(known, part) or ()}
            more = tuple(each for each in getattr(bare, part) or () if each.name.value not in have)
            changes[part] = (*(getattr(known, part) or ()), *more)
    return replace(known, **changes)


def _bare(node: Any) -> Any:
    changes: dict[str, Any] = {"directives": ()} if getattr(node, "directives", None) else {}
    for part in ("fields", "values", "arguments"):
        if getattr(node, part, None):
            changes[part] = tuple(_bare(each) for each in getattr(node, part))
    return replace(node, **changes) if changes else node


# -- the state of mutations


def _do(state: State, operations: list[dict[str, Any]], scope: dict[str, Any]) -> Any:
    names = dict(scope)
    for each in operations:
        given = {key: _filled(value, names) for key, value in each.items()}
        done, result = _step(state, given)
        if done:
            return result
        if "set" in each:
            names[each["set"]] = result
    return None


def _step(state: State, given: dict[str, Any]) -> tuple[bool, Any]:
    """One operation of a `$do`: whether it ends there, and its result."""
    rows = state.rows.setdefault(given.get("table", ""), [])
    match given["op"]:
        case "count":
            return False, len(rows)
        case "all":
            return False, copy.deepcopy(rows)
        case "find":
            return False, next((dict(row) for row in rows if matches(given["where"], row)), None)
        case "insert":
            rows.append(given["row"])
            return False, dict(given["row"])
        case "ensure":
            known = next((row for row in rows if row["id"] == given["row"]["id"]), None)
            if known is None:
                rows.append(given["row"])
            return False, dict(known or given["row"])
        case "delete":
            rows[:] = [row for row in rows if not matches(given["where"], row)]
            return False, None
        case "counter":
            return False, _count(state, given)
        case "fail_if":
            if given["value"] not in (None, False):
                raise GraphQLError(given["message"])
            return False, None
        case "stop_if_null":
            return given["value"] is None, None
        case "has":
            value = given["value"]
            return False, isinstance(value, int | float) and not isinstance(value, bool)
        case "gt":
            return False, given["a"] > given["b"]
        case "return":
            return True, given["value"]
    raise AssertionError(given["op"])


def _count(state: State, given: dict[str, Any]) -> float:
    old = state.counters.get(given["key"], 0)
    new: float = old + given["add"] if "add" in given else old * given["mul"] if "mul" in given else old
    if given.get("clear"):
        state.counters.pop(given["key"], None)
    else:
        state.counters[given["key"]] = new
    return new


def _filled(value: Any, names: dict[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        found: Any = names
        for step in value[1:].split("."):
            found = found.get(step) if isinstance(found, dict) else None
        return found
    if isinstance(value, str) and "{" in value:
        for part in value.split("{")[1:]:
            name = part.split("}")[0]
            value = value.replace("{" + name + "}", str(_filled("$" + name, names)))
        return value
    if isinstance(value, dict):
        return {key: _filled(each, names) for key, each in value.items()}
    return [_filled(each, names) for each in value] if isinstance(value, list) else value
