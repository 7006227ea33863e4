"""Plans an operation: selections in, query plan out.

Pure and deterministic: the same graph, operation, conditions and labels give the same plan.
"""

from collections.abc import Sequence

from .assemble import assemble, in_sequence
from .draft import Level, View
from .failures import QueryTooLarge
from .graph import Graph
from .operation import Conditions, Operation
from .plan import Fetch, Node, QueryPlan, Subscription
from .plan import Sequence as Steps
from .resolve import Resolver
from .selections import Field
from .written import Written

MAX_DEPTH = 64  # fields below one another
INTROSPECTION = ("__schema", "__type")


def plan(
    graph: Graph, operation: Operation, conditions: Conditions = (), labels: frozenset[str] = frozenset()
) -> QueryPlan:
    """The plan of an operation when its conditions have these values and these override labels are on.

    Raises: QueryTooLarge: a bound was met.  NoPlan: a field cannot be reached.
    """
    _bound(operation)
    root = graph.roots[operation.kind]
    selections = operation.selections(graph, conditions, root)
    fields = [field for field in selections.fields(root).values() if field.name not in INTROSPECTION]
    written = Written(operation.fragments, [operation.definition.selection_set])
    draft = _Root(graph, root, labels, written)
    if operation.kind == "mutation":
        return QueryPlan(_in_series(operation, draft, fields))
    node = draft.node(operation, fields)
    return QueryPlan(_subscribed(node) if operation.kind == "subscription" else node)


def _bound(operation: Operation) -> None:
    try:
        depth = operation.depth
    except RecursionError:
        depth = MAX_DEPTH + 1
    if depth > MAX_DEPTH:
        raise QueryTooLarge(f"The query is deeper than {MAX_DEPTH} fields, the most that is planned.")


class _Root:
    """The root of one operation, from which each plan of a run of fields starts."""

    def __init__(self, graph: Graph, root: str, labels: frozenset[str], written: Written) -> None:
        self._graph, self._root, self._labels, self._written = graph, root, labels, written

    def node(self, operation: Operation, fields: Sequence[Field]) -> Node | None:
        """The plan of some root fields."""
        resolver = Resolver(self._graph, self._labels)
        view = View(Level((), self._written, dry=False), self._root, (), [])
        resolver.resolve_fields(view, fields)
        return assemble(self._graph, resolver.groups, kind=operation.kind, variables=operation.variables)


def _in_series(operation: Operation, draft: _Root, fields: Sequence[Field]) -> Node | None:
    """Mutations run one after the other; neighbours that one request to one subgraph answers travel together."""
    runs: list[tuple[list[Field], Node]] = []
    for field in fields:
        if field.name == "__typename":
            continue
        if runs and isinstance(runs[-1][1], Fetch):
            together = draft.node(operation, [*runs[-1][0], field])
            if isinstance(together, Fetch):
                runs[-1] = ([*runs[-1][0], field], together)
                continue
        node = draft.node(operation, [field])
        if node is not None:
            runs.append(([field], node))
    return in_sequence([node for _, node in runs]) if runs else None


def _subscribed(node: Node | None) -> Node | None:
    """The first fetch is the stream, what follows completes each event."""
    match node:
        case Fetch():
            return Subscription(node, None)
        case Steps(nodes=(Fetch() as primary, *rest)):
            return Subscription(primary, in_sequence(rest))
    return node
