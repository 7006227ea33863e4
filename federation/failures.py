"""What planning may refuse, each with a code and one sentence that a client may read.

```
QueryPlanError              base: `code`
├─ UnreadableSupergraph     SUPERGRAPH_INVALID    the supergraph text is no join-spec supergraph
├─ QueryTooLarge            QUERY_TOO_LARGE       the query opens to more selections than planning looks at
└─ NoPlan                   NO_PLAN               a field cannot be reached from where its object is known
```
"""


class QueryPlanError(Exception):
    """Base of everything this package refuses while reading a supergraph or planning."""

    code = "QUERY_PLAN_FAILED"


class UnreadableSupergraph(QueryPlanError):
    """The text is not a supergraph: it does not parse, or lacks what the join specification demands."""

    code = "SUPERGRAPH_INVALID"


class QueryTooLarge(QueryPlanError):
    """Planning stopped at a bound instead of exploring."""

    code = "QUERY_TOO_LARGE"


class NoPlan(QueryPlanError):
    """No chain of keys leads to a field, or nothing around it sets the context that an argument is taken from.

    A supergraph that passed composition's satisfiability check gets here only by a context.
    """

    code = "NO_PLAN"
