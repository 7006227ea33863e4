"""A schema cut into subgraphs answers as it does in one piece: federation's whole promise, tried at random."""

import asyncio
from random import Random
from typing import Any

from graphql import parse, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.compose import Source, supergraph_of
from federation.graph import Graph
from tests.federation.gateway import Gateway
from tests.federation.recorded import RecordedSubgraph
from tests.federation.splits import Split, World, base_sdl, query_of


def gateway_of(split: Split, world: World) -> Gateway:
    sources = [Source(name, split.sdl(name)) for name in split.names]
    subgraphs = {name: RecordedSubgraph(split.sdl(name), world.part(split, name)) for name in split.names}
    return Gateway(Graph(supergraph_of(sources).sdl), subgraphs)


def differing(seed: int) -> tuple[str, Any, Any] | None:
    """A query whose answers differ, with both; None when they are the same."""
    split, world = Split.of(seed), World(seed)
    whole = RecordedSubgraph(base_sdl(), world.whole())
    gateway = gateway_of(split, world)
    node = {name: str(field.type) for name, field in gateway.graph.api.type_map["Node"].fields.items()}
    query = query_of(Random(seed), node)  # noqa: S311  a seed, to be found again
    if validate(gateway.graph.api, parse(query)):  # two fields under one alias: most often, but not always, avoided
        return None
    body = asyncio.run(gateway.ask(query))
    expected = whole.run(query, {})
    return None if body == expected else (query, body, expected)


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=0, max_value=10**6))
def test_a_split_schema_answers_like_the_whole(seed: int) -> None:
    """Random cuts find what no list of cases does."""
    assert differing(seed) is None


def test_requests_that_wait_for_each_other_are_not_joined() -> None:
    """Of two pairs for two subgraphs, each pair may be joined, but not both: first found at random, as a plan that never ends."""
    split = Split.of(1256)
    gateway = gateway_of(split, World(1256))
    query = """{
      user_4: user { best_3: best { about_2: about { __typename } } }
      products_4: products {
        maker_3: maker { best_2: best { author_1: author { greeting } } }
        kin_3: kin { ... on User { friends_1: friends { price: greeting } } }
      }
    }"""
    body = asyncio.run(gateway.ask(query))
    assert body == RecordedSubgraph(base_sdl(), World(1256).whole()).run(query, {})
