"""Mianyang in the sandbox: a plain GraphQL platform behind an API key.

`POST /graphql` with `X-Open-Token`; one operation a request. Bindings live in the store, the records are worked out.
"""

import hmac
import re

from graphql import ExecutionResult, GraphQLError, graphql_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp

from sandbox.citizen_token import HEADER, BadToken
from sandbox.endpoint import Question, Refusal, graphql_route
from sandbox.mianyang.graph import SCHEMA, Platform
from sandbox.pages import web_routes
from sandbox.world import World

__all__ = ["create_app", "operation_of"]

PATH = "/graphql"
OPERATIONS = {
    "gjj": "fund.accounts",
    "bills": "bills.list",
    "notices": "notices.list",
    "bind": "account.link",
    "open": "account.launch",
    "request": "requests.outcome",
}
FIELD = re.compile(rb"\b(" + "|".join(OPERATIONS).encode() + rb")\s*\(")


def operation_of(method: str, path: str, body: bytes) -> str:
    """The canonical operation that a body asks for, or an empty text."""
    found = FIELD.search(body) if method == "POST" and path == PATH else None
    return OPERATIONS[found[1].decode()] if found else ""


def create_app(world: World) -> ASGIApp:
    """Seed the store and return the city's server."""
    world.introduce_personas("pairwise_id")
    platform = Platform(world, world.now())

    def answer(request: Request, question: Question) -> ExecutionResult:
        token = world.secrets["MIANYANG_OPEN_TOKEN"].encode()
        right = hmac.compare_digest(request.headers.get("x-open-token", "").encode(), token)
        if not (right or world.unsigned):
            raise Refusal(401, "BAD_TOKEN", "X-Open-Token 无效 the token is missing or wrong")
        named = question.variables.get("u")
        try:
            for word in dict.fromkeys(FIELD.findall(question.query.encode())):
                operation = OPERATIONS[word.decode()]
                world.admit(request.headers.get(HEADER), operation, named if isinstance(named, str) else None)
        except BadToken as bad:
            raise Refusal(403, "BAD_CITIZEN_TOKEN", f"市民令牌无效 citizen token refused: {bad}") from None
        try:
            platform.throttle()
        except GraphQLError as error:
            return ExecutionResult(None, [error])
        return graphql_sync(
            SCHEMA,
            question.query,
            platform,
            variable_values=dict(question.variables),
            operation_name=question.operation_name,
        )

    return Starlette(routes=[graphql_route(PATH, answer), *web_routes(world)])
