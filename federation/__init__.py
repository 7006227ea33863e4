"""The algebra of a federated graph: subgraphs in, supergraph out; operation in, plan out; plan in, response out.

```
compose     subgraphs → supergraph or every reason why not         compose, rules/, merging/, satisfiability, hints
read        supergraph text → query graph                          join, api, graph
normalise   document → what is asked of each type                  operation, selections, written
plan        query graph, operation → QueryPlan                     planner ← resolve, enter, knowledge, draft, assemble
execute     QueryPlan, SubgraphClients → data and errors           execute ← walk, entities, client
project     data → the client's shape                              project ← plain, leaves, trail; introspection
quick tier  plan → bytes, where an answer is plain                 typed ← shapes, structs, places; programs
engine      all of it for one operation, prepared once
```
Two tiers answer alike: `execute` and `project` always; `typed` an operation that comes again, on Structs, and it hands over
to them, with the answers that are here already, as soon as something is not plain.
Pure: graphql-core and msgspec, no I/O, no clock, no config, nothing else of ours.  A subgraph is reached through
`SubgraphClient`, which the caller implements; how much of a plan it remembers is the caller's affair too.
Whoever composes plans nothing: all but composition is imported when it is first asked for.  `planner.plan` is reached there,
since a module has its name here.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .compose import Composed, NotComposed, Source, compose, supergraph_of

if TYPE_CHECKING:
    from .client import EventSource, SubgraphClient, SubgraphError, SubgraphRequest, SubgraphResponse
    from .engine import Answer, Prepared, Request
    from .failures import NoPlan, QueryPlanError, QueryTooLarge, UnreadableSupergraph
    from .graph import Graph
    from .operation import Operation, select_operation
    from .plan import QueryPlan

__all__ = [
    "Answer",
    "Composed",
    "EventSource",
    "Graph",
    "NoPlan",
    "NotComposed",
    "Operation",
    "Prepared",
    "QueryPlan",
    "QueryPlanError",
    "QueryTooLarge",
    "Request",
    "Source",
    "SubgraphClient",
    "SubgraphError",
    "SubgraphRequest",
    "SubgraphResponse",
    "UnreadableSupergraph",
    "compose",
    "select_operation",
    "supergraph_of",
]

_HOMES = {
    "EventSource": "client",
    "SubgraphClient": "client",
    "SubgraphError": "client",
    "SubgraphRequest": "client",
    "SubgraphResponse": "client",
    "Answer": "engine",
    "Prepared": "engine",
    "Request": "engine",
    "NoPlan": "failures",
    "QueryPlanError": "failures",
    "QueryTooLarge": "failures",
    "UnreadableSupergraph": "failures",
    "Graph": "graph",
    "Operation": "operation",
    "select_operation": "operation",
    "QueryPlan": "plan",
}


def __getattr__(name: str) -> object:
    """Imports a public name when it is first asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'federation' has no attribute {name!r}")
    return getattr(import_module(f"federation.{home}"), name)
