"""One graph for one set of channels: the declared types, this set's cities, and the functions that answer.

    Graph(answers, cities, local_sdl={"deyang": "…"}, local_answers={"LocalRoot.deyang": …})

Strawberry is where the graph is *declared*; what *runs* is the graphql-core schema of the same SDL, bound in `schema.bind`.
Two graphs with different cities live in one process: nothing is kept on the types.

How an answer is called: `answer(source, info, **arguments)`. `source` is the parent's row (None at the roots); `info` is
graphql-core's GraphQLResolveInfo, with `info.context.viewer` and `info.context.language` ("zh" or "en"). Arguments bear the
snake_case of their name (`venueId` -> `venue_id`, `with` -> `with_`); an argument that the client left out and that has no
default is not passed. Enums arrive as plain text, a CityId as the city's slug, Decimal as `decimal.Decimal`, other scalars as
checked text, input objects as plain dicts of canonical camelCase names without the keys that the client left out.
Rows are dicts of canonical camelCase names; rows of abstract types (Node, SearchHit, ServiceEntry) name their type under
`__typename`. A bilingual text (`name`, `appName`, `localName`, `message`, `label`) is a `{"zh": …, "en": …}` pair in its row.
A subscription's answer is an async generator of rows.

`answered_coordinates()` lists what must be answered. Every other field is read from its row: `Query.local` should give
`{"available": True}`.

`Graph(…, subgraph=True)` is the same graph as a supergraph sees it: two more fields to answer (`_service`, `_entities`), and
`as_str()` prints the SDL to compose.
"""

from collections.abc import Mapping

from graphql import GraphQLError, GraphQLObjectType, GraphQLSchema
from strawberry.federation import Schema
from strawberry.types import ExecutionContext

from schema.bind import Answer, Answers, bind, bind_cities
from schema.contributed import built, with_local
from schema.declared import answered_coordinates, declared, roots
from schema.document import Cities, print_sdl, with_cities
from schema.marks import refuse_unmarked
from schema.operations import check_operations
from schema.subgraph import composed, served

__all__ = ["Answer", "Answers", "Cities", "Graph", "answered_coordinates", "subgraph_sdl"]


class Graph(Schema):
    """The graph of one set of channels. Execute with `execute`, `subscribe`, or graphql-core on `core`.

    Raises: TypeError: the declared and the answered fields differ.  ValueError: no city, unfit contributed SDL, or a
    field or type without the mark that says who may have it (`schema.marks`).
    """

    def __init__(
        self,
        answers: Answers,
        cities: Cities,
        local_sdl: Mapping[str, str] | None = None,
        local_answers: Answers | None = None,
        *,
        subgraph: bool = False,
    ) -> None:
        super().__init__(**roots())
        every = dict(answers) | dict(local_answers or {})
        refuse_difference(answered_coordinates(subgraph=subgraph), answers)
        document = with_local(with_cities(declared().document, cities), local_sdl or {})
        self.document = composed(document) if subgraph else document
        # the one private attribute touched; see tests/schema
        self._schema = built(served(document) if subgraph else document)
        check_operations(declared().core)
        refuse_unmarked(self._schema)
        refuse_strangers(self._schema, local_answers or {})
        bind(self._schema, every)
        bind_cities(self._schema, {name: slug for name, (slug, _) in cities.items()})

    @property
    def core(self) -> GraphQLSchema:
        """The graphql-core schema that runs: for parsing, validation, planning and execution by others."""
        return self._schema

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing: messages may repeat what a client sent. The edge logs codes, not messages."""

    def as_str(self) -> str:
        """Print the SDL with this graph's cities and the cities' own fields; of a subgraph, with its keys."""
        return print_sdl(self.document)


def subgraph_sdl(cities: Cities) -> str:
    """The SDL of `Graph(…, cities, subgraph=True).as_str()` without cities' own fields, for a tenth of the price."""
    return print_sdl(composed(with_local(with_cities(declared().document, cities), {})))


def refuse_difference(expected: frozenset[str], answers: Answers) -> None:
    """Raises: TypeError: a field is answered but not declared so, or the other way round."""
    if expected != answers.keys():
        missing, extra = sorted(expected - answers.keys()), sorted(answers.keys() - expected)
        raise TypeError(f"declared but not answered: {missing}; answered but not declared: {extra}")


def refuse_strangers(core: GraphQLSchema, local_answers: Answers) -> None:
    """Raises: ValueError: a local answer names a field that no city contributed."""
    for coordinate in sorted(local_answers):
        type_, _, field = coordinate.partition(".")
        found = core.type_map.get(type_)
        if (
            f"{type_}.{field}" in declared().answered
            or not isinstance(found, GraphQLObjectType)
            or field not in found.fields
        ):
            raise ValueError(f"no contributed field {coordinate}: a local answer needs one")
