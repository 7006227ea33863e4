"""Federation v2 subgraphs.  Canonical operations are asked as ordinary GraphQL queries.

Deliberately not here: `_service` and `_entities`, which a query planner asks for; they are in `subgraphs/subgraph`.
"""

from __future__ import annotations

from channels.protocols.graphql_backend import speak

__all__ = ["speak"]
