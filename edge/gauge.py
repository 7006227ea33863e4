"""One pass over a document: how deep, how many aliases, what cost.

Every fragment is measured once and its figures reused at each spread, so the pass is linear in the document, however
often fragments contain one another. (The stock limiters open each spread anew: exponential on nested fragments.)
The figures are upper bounds: `@skip` and `@include` are not followed, and branches of a union are added up.

Cost of a field = own + rows × cost of what is selected below.  own: `@cost`, else 10 for a mutation's root field, 1 for
an object, 0 for a leaf.  rows: `first` (literal, variable or default); for another list of objects, an assumed size,
except in a page type (it has `pageInfo`), whose rows `first` has counted already.  A subgraph's `_entities` has one row
for each of its `representations`, and each costs 1.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)
from graphql.pyutils import Undefined

from .costs import CITY_ENUM, Costs, city_count, declared_costs
from .limits import Limits

CEILING = 10**9  # figures saturate here: nested fragments could otherwise make them millions of digits long
MUTATION_COST = 10
INTROSPECTION_COST = 100
REPRESENTATIONS = "representations"


@dataclass(frozen=True, slots=True)
class Part:
    """The figures of one selection set."""

    depth: int = 0
    nesting: int = 0
    fields: int = 0
    cost: int = 0


@dataclass(slots=True)
class Written:
    """Figures of the document as written, fragments not opened."""

    selections: int = 0
    repeats: int = 0
    aliases: Counter[str] = field(default_factory=Counter)


class CycleError(ValueError):
    """A fragment spreads itself; the message is the way round."""


class Scale:
    """A graph's prices. One per graph version; holds nothing of a request."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self.schema = schema
        self.costs: Costs = declared_costs(schema)
        self.cities = city_count(schema)
        self.assumed_list_size = limits.assumed_list_size


def written(document: DocumentNode) -> Written:
    """Count what is written, without following a spread; an inline fragment belongs to the set that it stands in."""
    figures = Written()
    scopes: list[tuple[SelectionSetNode, set[str]]] = [
        (node.selection_set, set())
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while scopes:
        selections, names = scopes.pop()
        for selection in selections.selections:
            figures.selections += 1
            if isinstance(selection, FieldNode):
                _count_field(selection, names, figures)
                if selection.selection_set:
                    scopes.append((selection.selection_set, set()))
            elif isinstance(selection, InlineFragmentNode):
                scopes.append((selection.selection_set, names))
    return figures


def _count_field(node: FieldNode, names: set[str], figures: Written) -> None:
    name = (node.alias or node.name).value
    figures.repeats += name in names
    names.add(name)
    if node.alias:
        figures.aliases[node.name.value] += 1


class Gauge:
    """The figures of one operation with its variables."""

    def __init__(
        self, scale: Scale, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> None:
        self._scale = scale
        self._operation = operation
        self._variables = variables
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._measured: dict[str, Part] = {}
        self.deciding: set[str] = set()
        """Variables whose values decide the cost."""

    def measure(self) -> Part:
        """Raises: CycleError."""
        for name in _innermost_first(self._fragments):
            node = self._fragments[name]
            self._measured[name] = self._set(node.selection_set, self._type(node.type_condition.name.value))
        root = self._scale.schema.get_root_type(self._operation.operation)
        return self._set(self._operation.selection_set, root)

    def _set(self, selections: SelectionSetNode, parent: GraphQLNamedType | None) -> Part:
        depth = nesting = fields = cost = 0
        for selection in selections.selections:
            match selection:
                case FieldNode():
                    part = self._field(selection, parent)
                case InlineFragmentNode():
                    condition = selection.type_condition
                    part = self._set(selection.selection_set, self._type(condition.name.value) if condition else parent)
                case FragmentSpreadNode():
                    part = self._measured.get(selection.name.value, Part())
                case _:
                    continue
            depth, nesting = max(depth, part.depth), max(nesting, part.nesting)
            fields, cost = min(CEILING, fields + part.fields), min(CEILING, cost + part.cost)
        return Part(depth, nesting + 1, fields, cost)

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Part:
        name = node.name.value
        definition = self._definition(parent, name)
        kind = get_named_type(definition.type) if definition else None
        inner = self._set(node.selection_set, kind) if node.selection_set else Part()
        if name in ("__schema", "__type"):
            return Part(1, inner.nesting, 1, INTROSPECTION_COST)
        own = self._own_cost(node, definition, parent)
        rows = self._rows(node, definition, parent) if inner.cost else 1
        return Part(1 + inner.depth, inner.nesting, 1, min(CEILING, own + rows * inner.cost))

    def _own_cost(self, node: FieldNode, definition: GraphQLField | None, parent: GraphQLNamedType | None) -> int:
        if definition is None or parent is None:
            return 0
        declared = self._scale.costs.get((parent.name, node.name.value))
        if declared is not None:
            return declared.value * (self._cities(node, definition) if declared.per_city else 1)
        if parent is self._scale.schema.mutation_type:
            return MUTATION_COST
        if REPRESENTATIONS in definition.args:
            return self._rows(node, definition, parent)
        return 1 if is_composite_type(get_named_type(definition.type)) else 0

    def _cities(self, node: FieldNode, definition: GraphQLField) -> int:
        for name, argument in definition.args.items():
            if get_named_type(argument.type).name != CITY_ENUM:
                continue
            asked = self._argument(node, name, argument)
            if asked is None:
                return self._scale.cities
            return max(1, len(asked)) if isinstance(asked, list) else 1
        return self._scale.cities

    def _rows(self, node: FieldNode, definition: GraphQLField | None, parent: GraphQLNamedType | None) -> int:
        if definition is None:
            return 1
        if "first" in definition.args:
            first = self._argument(node, "first", definition.args["first"])
            return max(1, first) if isinstance(first, int) else 1
        if REPRESENTATIONS in definition.args:
            given = self._argument(node, REPRESENTATIONS, definition.args[REPRESENTATIONS])
            return len(given) if isinstance(given, list) else 1
        if not is_list_type(get_nullable_type(definition.type)) or "pageInfo" in getattr(parent, "fields", ()):
            return 1
        return self._scale.assumed_list_size

    def _argument(self, node: FieldNode, name: str, argument: GraphQLArgument) -> Any:
        """Lists by their length only; None when absent or null."""
        given = next((each.value for each in node.arguments or () if each.name.value == name), None)
        if isinstance(given, VariableNode):
            return self._variable(given.name.value, argument)
        return _literal(given) if given is not None else _default(argument)

    def _variable(self, name: str, argument: GraphQLArgument) -> Any:
        self.deciding.add(name)
        if name in self._variables:
            return self._variables[name]
        for definition in self._operation.variable_definitions or ():
            if definition.variable.name.value == name and definition.default_value is not None:
                return _literal(definition.default_value)
        return _default(argument)

    def _type(self, name: str) -> GraphQLNamedType | None:
        return self._scale.schema.type_map.get(name)

    def _definition(self, parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
        if parent is None or not is_composite_type(parent):
            return None
        return self._scale.schema.get_field(parent, name)


def _default(argument: GraphQLArgument) -> Any:
    value = argument.default_value
    return None if value is Undefined else value


def _literal(node: ValueNode) -> Any:
    match node:
        case NullValueNode():
            return None
        case IntValueNode():
            return int(node.value[:10])
        case ListValueNode():
            return list(node.values)
    return node


def _innermost_first(fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[str]:
    """Every fragment after those it spreads. Without recursion: a chain may be longer than the interpreter's stack."""
    spreads = {name: tuple(dict.fromkeys(_spreads(node))) for name, node in fragments.items()}
    done: set[str] = set()
    for start in fragments:
        path = [(start, iter(spreads[start]))] if start not in done else []
        on_path = {start: None}
        while path:
            name, rest = path[-1]
            step = next((each for each in rest if each in fragments and each not in done), None)
            if step is None:
                path.pop()
                on_path.pop(name, None)
                done.add(name)
                yield name
            elif step in on_path:
                way = list(on_path)
                raise CycleError(" → ".join([*way[way.index(step) :], step]))
            else:
                on_path[step] = None
                path.append((step, iter(spreads[step])))


def _spreads(fragment: FragmentDefinitionNode) -> Iterator[str]:
    stack = [fragment.selection_set]
    while stack:
        for selection in stack.pop().selections:
            if isinstance(selection, FragmentSpreadNode):
                yield selection.name.value
            elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                stack.append(selection.selection_set)
