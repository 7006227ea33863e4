"""The merge as a whole: types, definitions and links of the supergraph, and everything found on the way."""

from __future__ import annotations

from collections.abc import Sequence

from federation.facts import Facts
from federation.merging.auth import with_auth
from federation.merging.definitions import merged_definitions
from federation.merging.features import linked
from federation.merging.graphs import Graphs, graphs_of
from federation.merging.ledger import Ledger
from federation.merging.types import merged_types
from federation.rules import (
    interface_field_no_implem,
    interface_key_missing_implementation_type,
    interface_object_usage_error,
    invalid_graphql,
    missing_transitive_auth_requirements,
    no_queries,
)
from federation.supergraph import GraphName, Supergraph

JOIN_VERSIONS = (((2, 8), (0, 5)), ((2, 7), (0, 4)), ((1, 0), (0, 3)))
"""From which federation version on a version of the join specification is printed."""


def merged(subgraphs: Sequence[Facts]) -> tuple[Supergraph, Ledger, Graphs]:
    """The supergraph; it is of no use when the ledger has errors."""
    ledger = Ledger()
    graphs = graphs_of(subgraphs, ledger)
    types = with_auth(graphs, merged_types(graphs, ledger))
    ledger.errors += no_queries.errors(types)
    ledger.errors += interface_field_no_implem.errors(graphs, types)
    ledger.errors += interface_key_missing_implementation_type.errors(graphs, types)
    ledger.errors += missing_transitive_auth_requirements.errors(graphs, types)
    ledger.errors += interface_object_usage_error.beside_implementations(graphs, types)
    definitions, composed = merged_definitions(graphs, ledger)
    ledger.errors += [] if ledger.errors else invalid_graphql.merged_errors(graphs, types)
    features = linked(graphs, types, ledger)
    newest = max((facts.subgraph.links.version for facts in graphs.all), default=(1, 0))
    supergraph = Supergraph(
        graphs=tuple(GraphName(graphs.enum_names[facts.name], facts.name, facts.subgraph.url) for facts in graphs.all),
        types=features.types,
        directives=(*features.definitions, *definitions),
        links=(*features.links, *[(link, "") for link in composed]),
        join_version=next(join for since, join in JOIN_VERSIONS if newest >= since),
        spec_scalars=features.scalars,
        applied=features.applied,
    )
    return supergraph, ledger, graphs
