"""A small graph and gateway for the edge's own tests: two cities, money of nobody, and every kind of trouble."""

import asyncio
import enum
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry.schema_directive import Location

from edge import CityReadiness, Credentials, Limits, Readiness
from storage import StorageBusy


@strawberry.schema_directive(locations=[Location.FIELD_DEFINITION])
class Cost:
    value: int
    per_city: bool = False


@strawberry.enum
class CityId(enum.Enum):
    EAST = "EAST"
    WEST = "WEST"


@strawberry.type
class PageInfo:
    has_next_page: bool = False


@strawberry.type
class Bill:
    id: strawberry.ID
    payee: str

    @strawberry.field
    def around(self) -> list["Bill"]:
        return []

    @strawberry.field
    def owner(self) -> "Citizen":
        return Citizen()


@strawberry.type
class BillResult:
    nodes: list[Bill]
    page_info: PageInfo


@strawberry.type
class Citizen:
    display_name: str = "陈 ***"

    @strawberry.field(directives=[Cost(value=5, per_city=True)])
    def bills(self, info: strawberry.Info, cities: list[CityId] | None = None, first: int = 20) -> BillResult:
        info.context.calls.append("bills")
        return BillResult(nodes=[Bill(id=strawberry.ID("b1"), payee="㛃水务")], page_info=PageInfo())

    @strawberry.field
    def friend(self) -> "Citizen":
        return Citizen()

    @strawberry.field
    def refused(self) -> str | None:
        raise GraphQLError("The city refused.", extensions={"code": "BACKEND_REJECTED", "city": "EAST"})

    @strawberry.field
    def too_low(self, level: str = "REAL_NAME") -> str | None:
        raise GraphQLError("Higher, please.", extensions={"code": "ASSURANCE_TOO_LOW", "required": level})

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("secret text of citizen 510102199001011234 at 10.0.0.7")


@strawberry.type
class Query:
    @strawberry.field
    def me(self) -> Citizen:
        return Citizen()

    @strawberry.field
    def add(self, a: int, b: int = 1) -> int:
        return a + b

    @strawberry.field
    def beside(self, info: strawberry.Info) -> int:
        info.context.errors.append(GraphQLError("One city failed.", extensions={"code": "BACKEND_TIMEOUT"}))
        info.context.extensions["stepUp"] = {"maxAge": 60}
        return 1


@strawberry.type
class Mutation:
    @strawberry.mutation
    def pay(self, bill: str) -> Annotated[str, "receipt"]:
        return f"paid {bill}"

    @strawberry.mutation
    async def slow(self, info: strawberry.Info) -> bool:
        info.context.calls.append("slow begun")
        info.context.begun.set()
        await info.context.go.wait()
        info.context.calls.append("slow done")
        info.context.ended.set()
        return True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int = 3) -> AsyncIterator[int]:
        for number in range(1, to + 1):
            yield number

    @strawberry.subscription
    async def forever(self, info: strawberry.Info) -> AsyncIterator[int]:
        info.context.live.add(id(info))
        try:
            number = 0
            while True:
                number += 1
                yield number
                await asyncio.sleep(0.01)
        finally:
            info.context.live.discard(id(info))
            info.context.ended.set()

    @strawberry.subscription
    async def silent(self, info: strawberry.Info) -> AsyncIterator[int]:
        try:
            await asyncio.Event().wait()
            yield 0
        finally:
            info.context.ended.set()

    @strawberry.subscription
    async def failing(self) -> AsyncIterator[int]:
        yield 1
        raise RuntimeError("the source broke")


SCHEMA = strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription)


@dataclass
class Graph:
    core: GraphQLSchema = field(default_factory=lambda: SCHEMA._schema)
    version: str = "s-1"


@dataclass
class Context:
    graph: Graph
    calls: list[str]
    live: set[int]
    ended: asyncio.Event
    begun: asyncio.Event
    go: asyncio.Event
    config_version: str = "cfg-1"
    errors: list[GraphQLError] = field(default_factory=list)
    extensions: dict[str, Any] = field(default_factory=dict)
    deadline: float = float("inf")
    supergraph: None = None
    shows_plans: bool = False
    mutation_refusal: GraphQLError | None = None
    too_low: list[tuple[Any, str]] = field(default_factory=list)
    middleware: None = None
    request_id: str = "town"

    def acr_values(self, required: Any) -> list[str]:
        return [f"acr:{level}" for level in sorted(required)]

    def fork(self) -> "Context":
        return replace(self, errors=[], extensions={})

    def remotes(self) -> dict[str, Any]:
        return {}


@dataclass
class Gateway:
    """Lets in everybody but the bearer of a token that starts with `bad`."""

    limits: Limits = field(default_factory=Limits)
    graph: Graph = field(default_factory=Graph)
    calls: list[str] = field(default_factory=list)
    live: set[int] = field(default_factory=set)
    seen: list[Credentials] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    ready: bool = True

    async def context(self, credentials: Credentials) -> Context:
        self.seen.append(credentials)
        token = credentials.authorization or ""
        if token.startswith("Bearer bad"):
            raise GraphQLError("The token is not valid: it has expired.", extensions={"code": "UNAUTHENTICATED"})
        if token.startswith("Bearer crash"):
            raise RuntimeError("key store at 10.0.0.9 is gone")
        if token.startswith("Bearer locked"):
            raise StorageBusy("/secret/store: another process is writing to it")
        return Context(self.graph, self.calls, self.live, self.ended, self.begun, self.go)

    def readiness(self) -> Readiness:
        east = CityReadiness("east", "000001", "LIVE", "UP")
        return Readiness(self.ready, "cfg-1" if self.ready else None, "s-1", (east,))
