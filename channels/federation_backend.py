"""Federation v2 subgraphs.  Canonical operations are asked as ordinary GraphQL queries.

Deliberately not here yet: `_service`, `_entities` and query planning; they belong to composition.
"""

from __future__ import annotations

from channels.graphql_backend import speak

__all__ = ["speak"]
