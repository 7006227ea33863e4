"""What the declared types say, whatever the cities: read from Strawberry once in a process.

The canonical document has a stand-in CityId; `answered` are the coordinates that `resolvers/` must cover exactly.
"""

from functools import lru_cache
from typing import Any

import strawberry
from graphql import build_ast_schema
from strawberry.federation import Schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition

from schema.declare import ANSWERED
from schema.document import canonical
from schema.exported import Canonical
from schema.mutations import Mutation
from schema.query import Query
from schema.scalars import SCALARS
from schema.subgraph import ANSWERED as ANSWERED_AS_SUBGRAPH
from schema.subscriptions import Subscription


@lru_cache(maxsize=1)
def declared() -> Canonical:
    """Print the declared types and read them back."""
    schema = Schema(**roots())
    document = canonical(schema.as_str())
    return Canonical(document, build_ast_schema(document), frozenset(answered_in(schema)))


def answered_coordinates(*, subgraph: bool = False) -> frozenset[str]:
    """The coordinates that answers must cover exactly, such as `Citizen.bills`; for a subgraph, its protocol's too."""
    return declared().answered | (ANSWERED_AS_SUBGRAPH if subgraph else frozenset())


def roots() -> dict[str, Any]:
    """What Strawberry is given for every graph."""
    scalars = {
        origin: strawberry.scalar(
            name=scalar.name,
            description=scalar.description,
            serialize=scalar.serialize,
            parse_value=scalar.parse_value,
            parse_literal=scalar.parse_literal,
        )
        for origin, scalar in SCALARS.items()
    }
    config = StrawberryConfig(scalar_map=scalars)
    return {"query": Query, "mutation": Mutation, "subscription": Subscription, "config": config}


def answered_in(schema: Schema) -> list[str]:
    """Find the coordinates declared as answered."""
    return [
        f"{name}.{schema.config.name_converter.from_field(field)}"
        for name, type_ in schema.schema_converter.type_map.items()
        if isinstance(type_.definition, StrawberryObjectDefinition)
        for field in type_.definition.fields
        if field.metadata.get(ANSWERED)
    ]
