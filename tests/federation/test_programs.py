"""When an operation is compiled for the quick tier, for how long its program is kept, and who hands over to whom."""

import asyncio
from typing import Any

import pytest

from federation.client import Received, SubgraphResponse
from federation.engine import Answer, Prepared, Request
from federation.programs import FIRST_COMPILED, Programs
from federation.shapes import MAX_SHAPES
from tests.federation.gateway import Gateway, suite_gateway
from tests.federation.test_typed import Line

SUITE = "simple-requires-provides"
QUERY = "{ products { name inStock shippingEstimate } }"
"""Its keys, and what the estimate requires, are not the client's to see."""


def lines(gateway: Gateway) -> dict[str, Any]:
    return {name: Line(each) for name, each in gateway.subgraphs.items()}


async def answers(query: str, programs: Programs, times: int, variables: dict[str, Any] | None = None) -> list[Answer]:
    """The answers to an operation that is asked again and again."""
    gateway = suite_gateway(SUITE)
    prepared = Prepared(gateway.graph, gateway.operation(query))
    request = Request(variables or {}, lines(gateway), programs=programs)
    return [await prepared.answer(request) for _ in range(times)]


async def test_an_operation_is_compiled_when_it_comes_again() -> None:
    """Most of what clients send once, they send once."""
    found = await answers(QUERY, Programs(), FIRST_COMPILED + 1)
    assert [each.body is None for each in found] == [True] * (FIRST_COMPILED - 1) + [False] * 2
    assert (
        found[-1].body == b'{"data":{"products":['
        b'{"name":"p-name-1","inStock":true,"shippingEstimate":110},'
        b'{"name":"p-name-2","inStock":false,"shippingEstimate":440}]}}'
    )


@pytest.mark.parametrize("query", ["{ __schema { queryType { name } } products { upc } }", "{ __typename }"])
async def test_what_is_not_plain_stays_with_the_careful_tier(query: str) -> None:
    """However often it comes."""
    found = await answers(query, Programs(first_compiled=1), 3)
    assert [each.body for each in found] == [None] * 3
    assert all(each.data and not each.errors for each in found)


async def test_an_operation_of_very_many_objects_is_not_compiled() -> None:
    """What is generated for each takes memory for as long as the program is kept."""
    for count, compiled in ((MAX_SHAPES - 1, True), (MAX_SHAPES, False)):
        query = "{" + " ".join(f"a{number}: products {{ upc }}" for number in range(count)) + "}"
        (found,) = await answers(query, Programs(first_compiled=1), 1)
        assert (found.body is not None) is compiled


async def test_programs_are_bounded_by_what_they_hold() -> None:
    """The least used go first, and are compiled again when they come again."""
    programs = Programs(first_compiled=1, max_structs=20)
    gateway = suite_gateway(SUITE)
    prepared = [Prepared(gateway.graph, gateway.operation(QUERY)) for _ in range(5)]
    for each in (*prepared, prepared[0]):
        assert (await each.answer(Request({}, lines(gateway), programs=programs))).body is not None
        assert len(programs) in (1, 2)


async def test_conditions_have_programs_of_their_own() -> None:
    """`@include` with a variable chooses the plan."""
    query = "query ($a: Boolean!) { products { name inStock @include(if: $a) } }"
    programs = Programs(first_compiled=1)
    for shown in (True, False):
        (found,) = await answers(query, programs, 1, {"a": shown})
        assert found.body is not None
        assert (b"inStock" in found.body) is shown


async def test_a_client_without_bytes_is_asked_carefully() -> None:
    """The gateway's own graph answers in process."""
    gateway = suite_gateway(SUITE)
    clients = {**lines(gateway), "inventory": gateway.subgraphs["inventory"]}
    answer = await Prepared(gateway.graph, gateway.operation(QUERY)).answer(
        Request({}, clients, programs=Programs(first_compiled=1))
    )
    assert answer.body is None
    assert not answer.errors


class Moody(Line):
    """A subgraph that says an error with its data while it is unwell."""

    unwell = True

    async def exchange(self, body: bytes, deadline: float | None) -> Received | SubgraphResponse:
        answer = await super().exchange(body, deadline)
        if self.unwell and isinstance(answer, Received):
            return Received(answer.body[:-1] + b',"errors":[{"message":"m"}]}')
        return answer


async def test_an_operation_whose_answers_are_not_plain_pauses() -> None:
    """Trying costs a little; as soon as answers are plain again it is tried each time."""
    gateway = suite_gateway(SUITE)
    clients = lines(gateway)
    clients["inventory"] = moody = Moody(gateway.subgraphs["inventory"])
    prepared = Prepared(gateway.graph, gateway.operation(QUERY))
    request = Request({}, clients, programs=Programs(first_compiled=1))
    for unwell, expected in ((True, [False] * 3), (False, [False] * 3 + [True] * 2)):
        moody.unwell = unwell
        found = [await prepared.answer(request) for _ in expected]
        assert [each.body is not None for each in found] == expected
        assert all(bool(each.errors) is unwell for each in found)


class Mute(Line):
    """A subgraph that takes a request and never answers."""

    async def exchange(self, body: bytes, deadline: float | None) -> Received | SubgraphResponse:
        self.requests.append(body)
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_deadline_that_passes_leaves_what_is_there() -> None:
    """The careful tier takes over: the products are not asked for again, and the silence is an error with its place."""
    gateway = suite_gateway(SUITE)
    clients = lines(gateway)
    clients["inventory"] = Mute(gateway.subgraphs["inventory"])
    deadline = asyncio.get_running_loop().time() + 0.05
    answer = await Prepared(gateway.graph, gateway.operation("{ products { name inStock } }")).answer(
        Request({}, clients, deadline, programs=Programs(first_compiled=1))
    )
    names = [{"name": f"p-name-{number}", "inStock": None} for number in (1, 2)]
    assert answer.data == {"products": names}
    assert [each.code for each in answer.errors] == ["SUBGRAPH_TIMEOUT"]
    assert len(clients["products"].requests) == 1
