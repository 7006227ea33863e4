"""What is compiled of one prepared operation, for each combination of the variables that decide its selections."""

from collections import OrderedDict
from typing import Any

from graphql import DocumentNode, Executor, GraphQLSchema, Undefined, Visitor, visit
from graphql.execution.executor import default_type_resolver
from graphql.execution.values import VariableValues
from graphql.language import ArgumentNode, DirectiveNode, VariableNode

from .projection import Projection

MAX_KEPT = 8  # combinations of variables


class Projections:
    """Of one document and operation. The first request is interpreted; the second begins to compile.

    `shares`: may one shown object stand at several places of the answer? Not where somebody will change it.
    """

    __slots__ = ("_asked", "_deciding", "_kept", "_schema", "shares")

    def __init__(self, *, shares: bool = True) -> None:
        self.shares = shares
        self._asked = 0
        self._deciding: tuple[str, ...] = ()
        self._kept: OrderedDict[tuple[Any, ...], Projection] = OrderedDict()
        self._schema: GraphQLSchema | None = None

    def of(self, document: DocumentNode, executor: Executor[Any]) -> Projection | None:
        """The projection for this request's variables; None where it is interpreted."""
        if executor.type_resolver is not default_type_resolver:
            return None
        if self._schema is not executor.schema:
            self._schema, self._asked = executor.schema, 0
            self._kept.clear()
        self._asked += 1
        if self._asked == 1:
            return None
        if self._asked == 2:
            self._deciding = deciding(document)
        coerced = executor.variable_values.coerced
        key = tuple(coerced.get(name, Undefined) for name in self._deciding)
        try:
            found = self._kept.get(key)
        except TypeError:  # a list or an object: of no use to a selection, and no key
            return None
        if found is None:
            return self._keep(key, executor)
        self._kept.move_to_end(key)
        return found

    def _keep(self, key: tuple[Any, ...], executor: Executor[Any]) -> Projection:
        # Only the variables that decide are held: the others are a citizen's.
        sources, coerced = executor.variable_values
        variables = VariableValues(
            {name: sources[name] for name in self._deciding if name in sources},
            {name: coerced[name] for name in self._deciding if name in coerced},
        )
        made = Projection(executor.schema, executor.fragments, variables, executor.operation, executor.hide_suggestions)
        self._kept[key] = made
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return made


def deciding(document: DocumentNode) -> tuple[str, ...]:
    """The variables that say what is selected or in which language: those of directives and of `lang`."""
    found = Deciding()
    visit(document, found)
    return tuple(sorted(found.names))


class Deciding(Visitor):
    """Collects the names of variables."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self._within = 0

    def enter_directive(self, _node: DirectiveNode, *_: Any) -> None:
        self._within += 1

    def leave_directive(self, _node: DirectiveNode, *_: Any) -> None:
        self._within -= 1

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        if isinstance(node.value, VariableNode) and (self._within or node.name.value == "lang"):
            self.names.add(node.value.name.value)
