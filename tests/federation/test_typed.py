"""The quick tier answers like the careful one, whatever the subgraphs send: tried at random, compared as JSON with its order.

The careful tier is the reference: where an answer is not plain, the quick one must hand over without asking anything twice.
"""

import asyncio
import json
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any
from zlib import crc32

import pytest
from graphql import parse, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.client import (
    SUBGRAPH_UNREACHABLE,
    Received,
    SubgraphRequest,
    SubgraphResponse,
    failed,
    read_response,
    request_body,
)
from federation.compose import Source, supergraph_of
from federation.engine import Answer, Prepared, Request
from federation.graph import Graph
from federation.programs import Programs
from federation.shapes import Unshaped, shaped
from tests.federation.gateway import Gateway, suite_gateway
from tests.federation.recorded import RecordedSubgraph
from tests.federation.splits import Split, World, query_of
from tests.federation.test_faults import Saying

QUERIES = 8  # of a seed, until one is plain
WRONG: tuple[Any, ...] = (
    None,
    True,
    7,
    -(2**40),
    2**70,
    2.5,
    3.0,
    "text",
    "",
    [],
    {},
    [None],
    [[]],
    {"__typename": "Product"},
    "\ud7ff",
)


class Line:
    """A subgraph behind bytes, which may spoil what it says: always the same for the same request."""

    def __init__(self, subgraph: RecordedSubgraph, spoiled: float = 0.0, seed: int = 0) -> None:
        self._subgraph, self._spoiled, self._seed = subgraph, spoiled, seed
        self.requests: list[bytes] = []

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        answer = await self.exchange(request_body(request), request.deadline)
        return answer if isinstance(answer, SubgraphResponse) else self.read(answer)

    async def exchange(self, body: bytes, deadline: float | None) -> Received | SubgraphResponse:
        self.requests.append(body)
        asked = json.loads(body)
        random = Random(crc32(body) + self._seed)  # noqa: S311  a seed, to be found again
        said = json.loads(json.dumps(self._subgraph.run(asked["query"], asked["variables"])))
        if random.random() < self._spoiled:
            return _spoiled(random, said)
        return Received(json.dumps(said).encode())

    def read(self, received: Received) -> SubgraphResponse:
        try:
            return read_response(json.loads(received.body))
        except ValueError:
            return failed(SUBGRAPH_UNREACHABLE, "No JSON.")


def _spoiled(random: Random, said: dict[str, Any]) -> Received | SubgraphResponse:
    match random.randrange(8):
        case 0:
            return failed(SUBGRAPH_UNREACHABLE, "Nobody there.")
        case 1:
            return Received(json.dumps(said).encode()[: random.randrange(40)])
        case 2:
            path = random.choice((["_entities", 0, "label"], ["products", 0], ["_0", 1], [], None))
            said["errors"] = [{"message": "m", "path": path}]
        case 3:
            said["data"] = deepcopy(random.choice(WRONG))
        case _:
            for _ in range(random.randint(1, 4)):
                _spoil(random, said.get("data"))
    return Received(json.dumps(said).encode())


def _spoil(random: Random, value: Any) -> None:
    """Changes something at a random place of an answer."""
    while True:
        if isinstance(value, dict) and value:
            key = random.choice(sorted(value))
            if random.random() < 0.4 or not isinstance(value[key], dict | list):
                if random.random() < 0.2:
                    value.pop(key)
                    value["unasked"] = 1
                else:
                    value[key] = deepcopy(random.choice(WRONG))
                return
            value = value[key]
        elif isinstance(value, list) and value:
            index = random.randrange(len(value))
            if random.random() < 0.3 or not isinstance(value[index], dict | list):
                _spoil_items(random, value, index)
                return
            value = value[index]
        else:
            return


def _spoil_items(random: Random, items: list[Any], index: int) -> None:
    match random.randrange(3):
        case 0:
            items.pop(index)
        case 1:
            items.append(items[index])
        case _:
            items[index] = deepcopy(random.choice(WRONG))


def written(answer: Answer) -> str:
    """A response as text, whichever tier wrote it; numbers as JSON knows them."""
    body = json.loads(answer.body) if answer.body is not None else json.loads(json.dumps(answer.formatted()))
    return json.dumps(body, sort_keys=False)


async def both(gateway: Gateway, query: str, lines: Any) -> tuple[Answer, Answer, list[bytes], list[bytes]]:
    """The answers of both tiers, and what each asked."""
    prepared = Prepared(gateway.graph, gateway.operation(query))
    careful, quick = lines(), lines()
    expected = await prepared.answer(Request({}, careful))
    found = await prepared.answer(Request({}, quick, programs=Programs(first_compiled=1)))
    asked = [sorted(body for line in each.values() for body in line.requests) for each in (careful, quick)]
    return expected, found, asked[0], asked[1]


def is_plain(gateway: Gateway, query: str) -> bool:
    """Whether the quick tier takes a query."""
    if validate(gateway.graph.api, parse(query)):
        return False
    variant = Prepared(gateway.graph, gateway.operation(query)).variant()
    try:
        shaped(gateway.graph.api, variant.plan, variant.selections, "Query")
    except Unshaped:
        return False
    return True


def differing(seed: int, spoiled: float) -> tuple[str, str, str] | None:
    """A query that the tiers answer differently, with both answers; None when they agree."""
    split, world = Split.of(seed), World(seed)
    subgraphs = {name: RecordedSubgraph(split.sdl(name), world.part(split, name)) for name in split.names}
    gateway = Gateway(Graph(supergraph_of([Source(name, split.sdl(name)) for name in split.names]).sdl))
    interface: Any = gateway.graph.api.type_map["Node"]
    node = {name: str(field.type) for name, field in interface.fields.items()}
    random = Random(seed)  # noqa: S311  a seed, to be found again
    queries = [query_of(random, node) for _ in range(QUERIES)]
    query = next((each for each in queries if is_plain(gateway, each)), queries[0])
    if validate(gateway.graph.api, parse(query)):
        return None

    def lines() -> dict[str, Line]:
        return {name: Line(each, spoiled, seed) for name, each in subgraphs.items()}

    expected, found, asked, asked_quickly = asyncio.run(both(gateway, query, lines))
    assert asked_quickly == asked, query
    return None if written(found) == written(expected) else (query, written(found), written(expected))


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=10**6))
def test_both_tiers_answer_alike(seed: int) -> None:
    """With subgraphs that keep to their schemas."""
    assert differing(seed, 0.0) is None


@settings(max_examples=120, deadline=None)
@given(st.integers(min_value=0, max_value=10**6))
def test_both_tiers_answer_alike_what_subgraphs_spoil(seed: int) -> None:
    """Wrong values, nulls, errors, missing and extra entities: the same data, errors and paths, from the same requests."""
    assert differing(seed, 0.5) is None


@pytest.mark.parametrize("name", [[], {}, 7, "Size", None])
async def test_a_type_name_that_is_none_costs_its_object(name: Any) -> None:
    """Of an interface or a union; a list as a type's name broke the whole answer once."""
    gateway = suite_gateway("union-intersection")
    query = "{ media { __typename ... on Book { title } } }"
    found = Gateway(gateway.graph)
    for each in gateway.subgraphs:
        found.subgraphs[each] = Saying(lambda _: SubgraphResponse({"media": {"__typename": name, "title": "t"}}))
    answer = await found.ask(query)
    assert answer["data"]["media"] is None
    assert answer["errors"]


class Told(RecordedSubgraph):
    """A subgraph of one answer for each request."""

    def __init__(self, told: Callable[[Any], Any]) -> None:
        self._told = told

    def run(self, query: str, variables: Any) -> Any:
        return {"data": self._told(variables)}


async def test_a_list_that_a_field_requires_is_sent() -> None:
    """Objects are told apart by what is sent of them, and a list tells nothing apart: the careful tier does it."""
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])'
    first = f'{link} type Query {{ things: [Thing!]! }} type Thing @key(fields: "id") {{ id: ID! tags: [String!] }}'
    second = f"""{link} type Thing @key(fields: "id") {{
        id: ID! tags: [String!] @external label: String @requires(fields: "tags")
    }}"""
    gateway = Gateway(Graph(supergraph_of([Source("a", first), Source("b", second)]).sdl))
    things = [{"__typename": "Thing", "id": str(at), "tags": tags} for at, tags in enumerate((["a", "b"], None, []))]

    def lines() -> dict[str, Line]:
        return {
            "a": Line(Told(lambda _: {"things": things})),
            "b": Line(Told(lambda sent: {"_entities": [{"label": str(x["tags"])} for x in sent["representations"]]})),
        }

    expected, found, _, _ = await both(gateway, "{ things { label tags } }", lines)
    assert written(found) == written(expected)
    assert [each["label"] for each in found.formatted()["data"]["things"]] == ["['a', 'b']", "None", "[]"]
