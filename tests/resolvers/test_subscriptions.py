"""Streams: what they yield, what they sit out, and when they end."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any, cast

import pytest
from graphql import GraphQLError

from channels.calls.health import Health
from resolvers.context import Context, Info
from resolvers.fields.subscriptions import channel_availability, while_signed_in
from schema.codes import ErrorCode
from tests.resolvers.simulator import citizen, later, request, services


def info_of(context: Context) -> Info:
    return cast("Info", SimpleNamespace(context=context))


closed: list[str] = []


@while_signed_in
async def ticking(_: None, info: Info) -> AsyncGenerator[dict[str, Any], None]:
    """One row, then silence."""
    try:
        yield {"tick": 1}
        await asyncio.Event().wait()
    finally:
        closed.append("ticking")


async def test_a_stream_ends_with_the_token_it_was_opened_with() -> None:
    """Signed out means signed out, also for what is already running; the source is closed, not left to the collector."""
    closed.clear()
    context = request(services(None, {}), citizen(expires_at=later(seconds=0.03)))
    rows = ticking(None, info_of(context))
    assert await anext(rows) == {"tick": 1}
    with pytest.raises(GraphQLError) as ended:
        await anext(rows)
    assert ended.value.extensions == {"code": ErrorCode.UNAUTHENTICATED.value}
    assert closed == ["ticking"]


async def test_a_client_that_leaves_closes_the_source_at_once() -> None:
    """Nothing keeps asking a city for somebody who is gone."""
    closed.clear()
    rows = ticking(None, info_of(request(services(None, {}))))
    assert await anext(rows) == {"tick": 1}
    await rows.aclose()
    assert closed == ["ticking"]


async def test_availability_tells_every_city_once_then_every_change() -> None:
    """A change while the first rows go out is told as well, not lost before the listening begins."""
    held = services(None, {})
    health = Health(lambda: 0.0)
    held.connections.health = health
    context = request(held)
    async with aclosing(channel_availability(None, info_of(context), cities=["deyang", "chengdu"])) as rows:
        assert (await anext(rows))["slug"] == "deyang"
        health.record("deyang", good=True)
        assert (await anext(rows))["slug"] == "chengdu"
        assert (await anext(rows))["slug"] == "deyang"
        waiting = asyncio.ensure_future(anext(rows))
        await asyncio.wait({waiting}, timeout=0)
        health.record("meishan", good=True)
        health.record("chengdu", good=True)
        assert (await waiting)["slug"] == "chengdu"
