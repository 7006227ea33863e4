"""Chengdu in the sandbox: an Apollo Federation v2 subgraph behind a gateway-signed token.

`POST /graphql` answers the queries of the city's channel, `_service { sdl }` and `_entities`; every request needs a
token, also the public ones. Bookings and bindings live in the store, all other records are worked out.
"""

import re

from graphql import ExecutionResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp

from sandbox.chengdu import records
from sandbox.chengdu.bookings import Bookings
from sandbox.chengdu.gateway_token import BadToken, Verifier
from sandbox.chengdu.graph import subgraph
from sandbox.chengdu.visit import Desk, Visit
from sandbox.citizen_token import PUBLIC
from sandbox.endpoint import Question, Refusal, graphql_route
from sandbox.pages import web_routes
from sandbox.personas import PERSONAS
from sandbox.store import Row
from sandbox.world import World

__all__ = ["create_app", "operation_of"]

PATH = "/graphql"
# The first of these words in a request body names its operation: roots stand before what they hold.
OPERATIONS = {
    "bills": "bills.list",
    "insurance": "social.accounts",
    "fund": "fund.accounts",
    "bookings": "appointments.list",
    "hospitals": "venues.list",
    "slots": "slots.list",
    "outages": "notices.list",
    "book": "appointments.book",
    "cancel": "appointments.cancel",
    "link": "account.link",
    "launch": "account.launch",
    "request": "requests.outcome",
}
FIELD = re.compile(rb"\b(" + "|".join(OPERATIONS).encode() + rb")\s*[({]")


def operation_of(method: str, path: str, body: bytes) -> str:
    """The canonical operation that a body asks for, or an empty text."""
    found = FIELD.search(body.replace(b"\\n", b" ")) if method == "POST" and path == PATH else None
    return OPERATIONS[found[1].decode()] if found else ""


def asked_in(query: str) -> frozenset[str]:
    """Every operation about a citizen that a document asks for: a token is for one, so two need two."""
    return frozenset(OPERATIONS[word.decode()] for word in FIELD.findall(query.encode())) - PUBLIC


def create_app(world: World) -> ASGIApp:
    """Seed the store and return the city's server."""
    _seed(world)
    schema = subgraph()
    verifier = Verifier(world.secrets["CHENGDU_GATEWAY_KEY"], f"{world.base_url}{PATH}", careless=world.unsigned)
    desk = Desk(world, world.now())

    def answer(request: Request, question: Question) -> ExecutionResult:
        now = world.now()
        try:
            citizen = verifier.citizen(request.headers.get("authorization", ""), asked_in(question.query), now)
        except BadToken as error:
            raise Refusal(401, "FORBIDDEN_TOKEN", f"token refused: {error}") from None
        visit = Visit(desk, citizen, now)
        result = schema.execute_sync(
            question.query, dict(question.variables), context_value=visit, operation_name=question.operation_name
        )
        return ExecutionResult(result.data, result.errors)

    return Starlette(routes=[graphql_route(PATH, answer), *web_routes(world)])


def _seed(world: World) -> None:
    world.introduce_personas("pairwise_id", "id_number")
    bookings = Bookings(world.store)
    with world.store.transaction():
        for persona in PERSONAS.values():
            world.store.seed(Row("login", persona.key, persona.key, "", {"sub": world.pairwise(persona.subject)}))
            if world.city in persona.linked:
                bookings.seed(persona.key, records.visits(persona.key))
