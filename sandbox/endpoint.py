"""The POST end of a GraphQL city: body in, answer out, refusals with a code, and faults of the data.

One operation a request: an array body is refused. Deliberately not here: schemas, and who may ask.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import active, spoil_object, spoil_rows, too_many

BROKEN = "#broken#"  # in no enum table, no number, no date


@dataclass(frozen=True, slots=True)
class Question:
    """One parsed request body."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None


class Refusal(Exception):
    """The request gets no answer: an HTTP status, a code for `extensions.code` and one sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def graphql_route(path: str, answer: Callable[[Request, Question], ExecutionResult]) -> Route:
    """The route of a GraphQL server; `answer` may raise Refusal."""

    async def endpoint(request: Request) -> Response:
        try:
            result = answer(request, _question(await request.body()))
            if active() == "limited":
                return too_many()
        except Refusal as refusal:
            error = GraphQLError(str(refusal), extensions={"code": refusal.code})
            return _json({"errors": [error.formatted]}, refusal.status)
        return _json(_wrapped(_formatted(result)), 200)

    return Route(path, endpoint, methods=["POST"])


def _wrapped(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer as it is, or under `envelope` in a wrapper that is not GraphQL's."""
    return {"status": "ok", "result": answer["data"]} if active() == "envelope" and answer["data"] else answer


def _question(body: bytes) -> Question:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refusal(400, "BAD_REQUEST", "the body is not JSON") from None
    if isinstance(parsed, list):
        raise Refusal(400, "NO_BATCHING", "one operation a request: the body must be an object, found an array")
    if not isinstance(parsed, dict) or not isinstance(parsed.get("query"), str):
        raise Refusal(400, "BAD_REQUEST", 'the body must be an object with a text "query"')
    variables, name = parsed.get("variables") or {}, parsed.get("operationName")
    if not isinstance(variables, dict) or not isinstance(name, str | None):
        raise Refusal(400, "BAD_REQUEST", '"variables" must be an object and "operationName" a text')
    return Question(parsed["query"], variables, name)


def _formatted(result: ExecutionResult) -> dict[str, Any]:
    answer: dict[str, Any] = {"data": None if result.data is None else _spoiled(result.data)}
    if result.errors:
        answer["errors"] = [error.formatted for error in result.errors]
    return answer


def _spoiled(data: Any) -> Any:
    """The data as this call shall see it: under a data fault the first list of records is spoilt."""
    if isinstance(data, dict):
        return spoil_object({name: _within(value) for name, value in data.items()})
    return data


def _within(value: Any) -> Any:
    match value:
        case [dict(), *_]:
            return spoil_rows(value, _broken)
        case dict():
            return {name: _within(inner) for name, inner in value.items()}
    return value


def _broken(row: dict[str, Any]) -> dict[str, Any]:
    """A record without its id; one that has none gets a value that no table knows in its first field."""
    name = "id" if "id" in row else next(iter(row))
    return {**row, name: None if name == "id" else BROKEN}


def _json(answer: Mapping[str, Any], status: int) -> Response:
    return Response(orjson.dumps(answer), status, media_type="application/json")
