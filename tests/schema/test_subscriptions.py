"""A subscription's answer yields rows."""

from graphql import execute, parse, subscribe

from tests.schema.graphs import Context, giving, graph_of


async def test_every_row_that_is_yielded_is_an_event():
    """Arguments reach the generator as they reach any answer."""
    seen = []

    async def outages(source, info, *, cities, kinds=None):
        seen.append((cities, kinds))
        for title in ("停水", "停电"):
            yield {"__typename": "Notice", "title": title}

    graph = graph_of({"Subscription.noticePublished": outages})
    text = "subscription { noticePublished(cities: [DEYANG], kinds: [WATER_OUTAGE]) { title } }"
    events = [event async for event in await graph.subscribe(text, context_value=Context())]
    assert [event.data for event in events] == [{"noticePublished": {"title": t}} for t in ("停水", "停电")]
    assert seen == [(["deyang"], ["WATER_OUTAGE"])]


async def test_a_socket_may_carry_queries_and_subscriptions_alike():
    """Strawberry's WebSocket handlers run every operation through `stream`."""

    async def availability(source, info, *, cities=None):
        yield {"slug": "deyang", "availability": "UP"}

    answers = {"Subscription.channelAvailability": availability, "City.availability": giving("DOWN")}
    graph = graph_of(answers | {"Query.cities": giving([{"slug": "deyang"}])})
    for text, name in (
        ("{ cities { slug } }", "cities"),
        ("subscription { channelAvailability { slug } }", "channelAvailability"),
    ):
        (result,) = [event async for event in await graph.stream(text, context_value=Context())]
        assert result.errors is None
        assert name in result.data


async def test_graphql_core_alone_can_execute_the_graph():
    """The edge parses and validates once, and executes documents itself."""

    async def gone(source, info, *, cities=None):
        yield ValueError("gone")

    graph = graph_of({"Query.cities": giving([{"slug": "deyang"}]), "Subscription.channelAvailability": gone})
    result = await execute(graph.core, parse("{ cities { slug } }"), context_value=Context())
    assert result.data == {"cities": [{"slug": "deyang"}]}
    events = subscribe(graph.core, parse("subscription { channelAvailability { slug } }"), context_value=Context())
    (event,) = [event async for event in events]
    assert event.data == {"channelAvailability": None}
    assert event.errors[0].message == "gone"
