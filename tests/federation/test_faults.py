"""A subgraph that fails costs its own part: of the data, and never of another's."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from federation.client import SubgraphRequest, SubgraphResponse, failed, read_response
from federation.graph import Graph
from tests.federation.composing import fed2, supergraph
from tests.federation.gateway import Gateway, suite_gateway

QUERY = "{ products { name inStock } }"
NAMES = [{"name": "p-name-1", "inStock": None}, {"name": "p-name-2", "inStock": None}]


class Saying:
    """A subgraph that always answers the same."""

    def __init__(self, answer: Callable[[SubgraphRequest], SubgraphResponse]) -> None:
        self._answer = answer
        self.requests: list[SubgraphRequest] = []

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        self.requests.append(request)
        return self._answer(request)


class Silent:
    """A subgraph that never answers."""

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        await asyncio.Event().wait()
        raise AssertionError


def with_inventory(body: Any) -> Gateway:
    gateway = suite_gateway("simple-requires-provides")
    gateway.subgraphs["inventory"] = Saying(lambda request: read_response(body))
    return gateway


WRONG: dict[str, tuple[Any, str]] = {
    "no object": ([], "SUBGRAPH_MALFORMED"),
    "neither data nor errors": ({}, "SUBGRAPH_MALFORMED"),
    "no entities": ({"data": {}}, "SUBGRAPH_MALFORMED"),
    "entities that are no list": ({"data": {"_entities": {"inStock": True}}}, "SUBGRAPH_MALFORMED"),
    "null data with an error": ({"data": None, "errors": [{"message": "secret"}]}, "SUBGRAPH_ERROR"),
    "errors of no shape": ({"data": None, "errors": ["x", {"message": 1, "path": {}}]}, "SUBGRAPH_ERROR"),
    "a wrong type": ({"data": {"_entities": [{"inStock": "yes"}, {"inStock": 1}]}}, "INVALID_VALUE"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_answer_is_null_and_a_coded_error(name: str) -> None:
    """The other subgraph's names stay, and what the subgraph said of itself is not passed on."""
    body, code = WRONG[name]
    answer = await with_inventory(body).ask(QUERY)
    assert answer["data"] == {"products": NAMES}
    assert {each["extensions"]["code"] for each in answer["errors"]} == {code}
    assert "secret" not in str(answer)


@pytest.mark.parametrize("entities", [[], [{"inStock": True}], [{"inStock": True}, None, {"inStock": False}, 7]])
async def test_missing_and_extra_entities_cost_themselves(entities: list[Any]) -> None:
    """Each entity is put where it was asked for; there is nowhere to put a surplus."""
    answer = await with_inventory({"data": {"_entities": entities}}).ask(QUERY)
    stock = [each["inStock"] for each in answer["data"]["products"]]
    assert stock == [True if entities else None, None]


async def test_an_entitys_error_has_the_clients_path() -> None:
    """`_entities.1.inStock` means nothing to a client."""
    body = {
        "data": {"_entities": [{"inStock": True}, {"inStock": None}]},
        "errors": [{"message": "m", "path": ["_entities", 1, "inStock"], "extensions": {"code": "STOCK_CLOSED"}}],
    }
    answer = await with_inventory(body).ask(QUERY)
    assert answer["errors"] == [
        {
            "message": "The subgraph “inventory” reported an error.",
            "path": ["products", 1, "inStock"],
            "extensions": {"code": "STOCK_CLOSED", "subgraph": "inventory"},
        }
    ]


async def test_a_subgraphs_own_words_are_shown_when_asked_for() -> None:
    """An operator of trusted subgraphs may want them."""
    body = {"data": None, "errors": [{"message": "no stock today"}]}
    answer = await with_inventory(body).ask(QUERY, show_messages=True)
    assert answer["errors"][0]["message"] == "no stock today"


async def test_a_subgraph_that_cannot_be_reached_is_an_error_where_its_data_would_be() -> None:
    """A failure is data in a response, and so it ends up in one."""
    gateway = suite_gateway("simple-requires-provides")
    gateway.subgraphs["inventory"] = Saying(lambda request: failed("SUBGRAPH_UNREACHABLE", "refused"))
    answer = await gateway.ask(QUERY)
    assert answer["data"] == {"products": NAMES}
    assert answer["errors"] == [
        {
            "message": "The subgraph “inventory” could not be reached.",
            "path": ["products"],
            "extensions": {"code": "SUBGRAPH_UNREACHABLE", "subgraph": "inventory"},
        }
    ]


async def test_one_deadline_holds_for_the_whole_plan() -> None:
    """A subgraph that is silent costs its part, and only until the deadline."""
    gateway = suite_gateway("simple-requires-provides")
    gateway.subgraphs["inventory"] = Silent()
    answer = await gateway.ask(QUERY, deadline=asyncio.get_running_loop().time() + 0.05)
    assert answer["data"] == {"products": NAMES}
    assert answer["errors"][0]["extensions"]["code"] == "SUBGRAPH_TIMEOUT"


async def test_equal_representations_are_sent_once() -> None:
    """Four reviews of two products are two products to the inventory."""
    gateway = suite_gateway("simple-requires-provides")
    await gateway.ask("{ products { reviews { product { inStock } } } me { reviews { product { inStock } } } }")
    sent = list(gateway.subgraphs["inventory"].requests)
    assert len(sent) == 1
    assert [len(each) for each in sent[0].variables.values()] == [2]


async def test_independent_requests_are_made_at_once() -> None:
    """Proved with a barrier: each of the three waits until all have been asked."""
    gateway = suite_gateway("shared-root")
    barrier = asyncio.Barrier(3)

    class Meeting:
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
            await barrier.wait()
            response: SubgraphResponse = await self._inner.fetch(request)
            return response

    gateway.subgraphs = {name: Meeting(each) for name, each in gateway.subgraphs.items()}
    answer = await gateway.ask("{ product { name { brand } category { name } price { amount } } }")
    assert answer["data"]["product"]["price"] == {"amount": 1000}


async def test_a_batch_that_is_refused_is_asked_part_by_part() -> None:
    """`_entities` may not be null, so one part's fault empties the whole response; the other parts are good."""
    gateway = suite_gateway("override-with-requires")
    good = gateway.subgraphs["b"]

    class Touchy(Saying):
        async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
            self.requests.append(request)
            sent = [each for sent in request.variables.values() for each in sent]
            if len(request.variables) > 1 or any(each["id"] == "u3" for each in sent):
                return read_response({"data": None, "errors": [{"message": "no"}]})
            response: SubgraphResponse = await good.fetch(request)
            return response

    touchy = gateway.subgraphs["b"] = Touchy(lambda request: failed("SUBGRAPH_ERROR", ""))
    answer = await gateway.ask("{ userInA { name } userInC { x: name id } }")
    assert len(touchy.requests) == 3
    assert answer["data"] == {"userInA": {"name": "u1-name"}, "userInC": None}
    assert [each["path"] for each in answer["errors"]] == [["userInC"]]


async def test_an_error_in_a_renamed_field_is_at_the_clients_name() -> None:
    """Two types give one name to fields that the subgraph types differently: one is asked for under another name."""
    thing = "union Thing = A | B"
    graph = Graph(
        supergraph(
            a=fed2(
                f"{thing} type Query {{ things: [Thing] @shareable }} type A {{ v: ID! @shareable }} type B {{ v: ID }}"
            ),
            b=fed2("type Query { other: A } type A { v: ID @shareable }"),
        )
    )
    error = {"message": "m", "path": ["things", 1, "_1__v"]}
    said = {"data": {"things": [{"__typename": "A", "v": "1"}, {"__typename": "B", "_1__v": None}]}, "errors": [error]}
    saying = Saying(lambda request: read_response(said))
    answer = await Gateway(graph, {"a": saying}).ask("{ things { ... on A { v } ... on B { v } } }")
    assert "_1__v: v" in saying.requests[0].operation
    assert answer["data"] == {"things": [{"v": "1"}, {"v": None}]}
    assert [each["path"] for each in answer["errors"]] == [["things", 1, "v"]]
