"""The graph as it was exported: `schema.graphql` and `answered.txt`, which tests hold equal to what the code declares.

For whoever needs to know the graph and does not run it, such as the check of a city's files: nothing of Strawberry is loaded.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from graphql import DocumentNode, GraphQLSchema, build_ast_schema, parse

EXPORT = Path(__file__).with_name("schema.graphql")
ANSWERED = Path(__file__).with_name("answered.txt")


@dataclass(frozen=True, slots=True)
class Canonical:
    """The canonical document, the same as an (unbound) graphql-core schema, and the answered coordinates."""

    document: DocumentNode
    core: GraphQLSchema
    answered: frozenset[str]


@lru_cache(maxsize=1)
def exported() -> Canonical:
    """Read both files, once in a process; CityId has the cities of the export."""
    document = parse(EXPORT.read_text(encoding="utf-8"), no_location=True)
    core = build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)
    return Canonical(document, core, frozenset(ANSWERED.read_text(encoding="utf-8").split()))
