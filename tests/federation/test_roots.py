"""Root types beyond the plain query: subscriptions, mutations whose payload leads back to the query, names of their own."""

from collections.abc import AsyncIterator
from typing import Any

from federation.client import SubgraphRequest, SubgraphResponse
from federation.engine import Prepared, Request
from federation.graph import Graph
from tests.federation.gateway import Gateway
from tests.federation.recorded import RecordedSubgraph

SUPERGRAPH = """
schema { query: Root mutation: Change subscription: Feed }
enum join__Graph { POSTS @join__graph(name: "posts", url: "") USERS @join__graph(name: "users", url: "") }
type Root @join__type(graph: POSTS) @join__type(graph: USERS) {
  post: Post @join__field(graph: POSTS)
  user: User @join__field(graph: USERS)
}
type Change @join__type(graph: POSTS) { publish(title: String!): Published @join__field(graph: POSTS) }
type Feed @join__type(graph: POSTS) { published(after: Int): Post @join__field(graph: POSTS) }
type Published @join__type(graph: POSTS) { post: Post query: Root }
type Post @join__type(graph: POSTS, key: "id") { id: ID! title: String author: User }
type User @join__type(graph: POSTS, key: "id") @join__type(graph: USERS, key: "id") {
  id: ID! name: String @join__field(graph: USERS)
}
"""
POSTS = """
type Query { post: Post } type Mutation { publish(title: String!): Published } type Subscription { published(after: Int): Post }
type Published { post: Post query: Query } type Post @key(fields: "id") { id: ID! title: String author: User }
type User @key(fields: "id") { id: ID! }
"""
USERS = 'type Query { user: User } type User @key(fields: "id") { id: ID! name: String }'
ANA = {"__typename": "User", "id": "u", "name": "Ana"}
POST = {"__typename": "Post", "id": "p", "title": "t", "author": {"__typename": "User", "id": "u"}}


def gateway() -> Gateway:
    published = {"__typename": "Published", "post": POST, "query": {"__typename": "Query", "post": POST}}
    posts = {"roots": {"Query": {"post": POST}, "Mutation": {"publish": published}}, "objects": {}}
    users = {
        "roots": {"Query": {"user": ANA}},
        "objects": {},
        "entities": [{"representation": {"__typename": "User", "id": "u"}, "result": ANA}],
    }
    return Gateway(
        Graph(SUPERGRAPH), {"posts": RecordedSubgraph(POSTS, posts), "users": RecordedSubgraph(USERS, users)}
    )


class Events:
    """A subgraph with two events to tell, the second of which failed."""

    def __init__(self) -> None:
        self.asked: list[SubgraphRequest] = []

    async def subscribe(self, request: SubgraphRequest) -> AsyncIterator[SubgraphResponse]:
        self.asked.append(request)
        yield SubgraphResponse({"published": {"title": "t", "author": {"id": "u"}}})
        yield SubgraphResponse({"published": None})


async def test_each_event_of_a_subscription_is_completed() -> None:
    """The stream is one subgraph's; what it does not know is asked for event by event."""
    city, events = gateway(), Events()
    query = "subscription ($after: Int) { published(after: $after) { title author { name } } }"
    prepared = Prepared(city.graph, city.operation(query))
    request = Request({"after": 3, "other": 1}, city.subgraphs)
    told = [each.formatted() async for each in prepared.events(request, {"posts": events})]
    assert told == [
        {"data": {"published": {"title": "t", "author": {"name": "Ana"}}}},
        {"data": {"published": None}},
    ]
    assert [dict(each.variables) for each in events.asked] == [{"after": 3}]
    assert str(prepared.variant().plan).startswith("QueryPlan {\n  Subscription {\n    Primary: {")


async def test_a_mutation_may_lead_back_to_the_query() -> None:
    """Fields of the query that live elsewhere are asked there, once the mutation is done."""
    body: dict[str, Any] = await gateway().ask(
        'mutation { publish(title: "x") { post { author { name } } query { post { title } user { name } } } }'
    )
    assert body == {
        "data": {
            "publish": {
                "post": {"author": {"name": "Ana"}},
                "query": {"post": {"title": "t"}, "user": {"name": "Ana"}},
            }
        }
    }
